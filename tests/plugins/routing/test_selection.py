from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.config.spec import Capability, GatewaySpec
from plugins.routing.selection import Selection
from plugins.routing.types import Deployment, Tier
from tests.plugins.routing.make import ALL, CLOUD, INSTANT, LARGE, SMALL, deployment, facts, signals

SPEC = GatewaySpec(
    capabilities={
        "auto": Capability(),
        "fast": Capability(max_tier=Tier.SMALL),
        "strict": Capability(when_unavailable="refuse"),
    }
)


def order(
    intent: str, preferred: tuple[Deployment, ...], others: tuple[Deployment, ...] = (), capability: str = "auto"
) -> list[str]:
    choice = Selection(SPEC).select(facts(capability), signals(intent=intent), preferred, others)
    return [d.model_group for d in choice.order]


@pytest.mark.parametrize(
    ("intent", "capability", "groups"),
    [
        ("question", "auto", ["small", "large", "cloud"]),
        ("coding", "auto", ["large", "cloud", "small"]),
        ("reasoning", "auto", ["cloud", "large", "small"]),
        ("coding", "strict", ["large", "cloud"]),
        ("reasoning", "fast", ["small", "large", "cloud"]),
    ],
)
def test_the_smallest_sufficient_tier_then_upwards_then_downwards(
    intent: str, capability: str, groups: list[str]
) -> None:
    assert order(intent, ALL, capability=capability) == groups


@pytest.mark.parametrize(
    ("left", "right", "first"),
    [
        ({"healthy": False}, {"price": 9.0}, "b"),
        ({"loaded": False}, {"price": 9.0}, "b"),
        ({"load": 1.0}, {"price": 9.0}, "b"),
        ({"load": 0.5}, {"price": 9.0}, "a"),
        ({"load": 0.5}, {}, "b"),
        ({"price": 1.0}, {"price": 0.5}, "b"),
        ({}, {}, "a"),
    ],
)
def test_within_a_tier(left: dict[str, Any], right: dict[str, Any], first: str) -> None:
    pair = (deployment("b", **right), deployment("a", **left))
    assert order("question", pair)[0] == first


def test_what_a_preference_set_aside_comes_last() -> None:
    assert order("question", (CLOUD,), (SMALL, LARGE)) == ["cloud", "small", "large"]
    assert order("reasoning", (SMALL,), (CLOUD,)) == ["small", "cloud"]
    assert order("reasoning", (SMALL,), (CLOUD,), "strict") == ["cloud"]


def test_below_the_need_is_degraded_or_refused() -> None:
    degraded = Selection(SPEC).select(facts(), signals(intent="reasoning"), (SMALL, LARGE), ())
    assert (degraded.order[0], degraded.degraded, degraded.needed) == (LARGE, True, Tier.FRONTIER)
    assert "below the need" in degraded.reason
    refused = Selection(SPEC).select(facts("strict"), signals(intent="reasoning"), (SMALL, LARGE), ())
    assert (refused.order, refused.needed) == ((), Tier.FRONTIER)
    assert "large (large); when_unavailable is refuse" in refused.reason


def test_a_lone_language_model_serves_every_tier_and_says_when_it_is_below() -> None:
    lone = deployment("lone", serves_all_tiers=True)
    choice = Selection(SPEC).select(facts("strict"), signals(intent="reasoning"), (lone,), ())
    assert (choice.order, choice.degraded) == ((lone,), True)


def test_an_instant_offer_lowers_the_need() -> None:
    offered = signals(intent="reasoning", instant="instant")
    choice = Selection(SPEC).select(facts(), offered, (INSTANT, *ALL), ())
    assert (choice.order[0], choice.degraded, choice.needed) == (INSTANT, False, Tier.INSTANT)
    without = Selection(SPEC).select(facts(), offered, ALL, ())
    assert without.needed is Tier.FRONTIER


def test_a_pinned_request_needs_no_tier() -> None:
    choice = Selection(SPEC).select(facts("small"), signals(intent="reasoning"), (SMALL,), ())
    assert (choice.order, choice.needed, choice.degraded) == ((SMALL,), None, False)


def test_no_other_group_stands_in_for_an_embedding_model() -> None:
    spec = GatewaySpec()
    left = tuple(
        deployment(id, mode="embedding", model_group=group) for id, group in (("a1", "a"), ("a2", "a"), ("b1", "b"))
    )
    choice = Selection(spec).select(facts("embed", mode="embedding"), signals(), left, ())
    assert [d.id for d in choice.order] == ["a1-1", "a2-1"]
