"""Short ways to make facts, deployments and signals for tests of the routing core."""

from __future__ import annotations

from typing import Any

from plugins.routing.types import Deployment, Facts, Signal, Tier


def facts(capability: str = "auto", **changes: Any) -> Facts:
    return Facts(**{"request_id": "r", "route": "/v1/chat/completions", "capability": capability, **changes})


def deployment(name: str, tier: Tier = Tier.SMALL, location: str = "local", **changes: Any) -> Deployment:
    return Deployment(**{"id": f"{name}-1", "model_group": name, "location": location, "tier": tier, **changes})


def signals(**labels: str | None) -> dict[str, Signal]:
    return {name: Signal(name, label) for name, label in labels.items()}


SMALL = deployment("small")
LARGE = deployment("large", Tier.LARGE)
CLOUD = deployment("cloud", Tier.FRONTIER, "cloud", price=9.0)
INSTANT = deployment("instant", Tier.INSTANT, features=frozenset())
ALL = (SMALL, LARGE, CLOUD)
