"""Sets aside the deployments that are cooling down after a failure.

Knows: the ``healthy`` flag. Does not know: why. They stay the last fallbacks, and serve where nothing else is
left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Deployment, Facts, PolicyMode, Signal, Verdict


class HealthPolicy:
    """``prefer``: selection ranks what this sets aside after everything else that is allowed."""

    name = "health"
    mode: PolicyMode = "prefer"

    def __init__(self, spec: GatewaySpec) -> None:
        """Takes the spec as every policy does; how long a failure counts is the health board's business."""

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict:
        del facts, signals
        kept = tuple(d.id for d in deployments if d.healthy)
        resting = sorted({d.model_group for d in deployments if not d.healthy})
        return Verdict(self.name, self.mode, kept, f"cooling down: {', '.join(resting)}" if resting else "")
