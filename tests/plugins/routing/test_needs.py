from __future__ import annotations

import pytest

from plugins.routing.config.spec import Capability, GatewaySpec
from plugins.routing.needs import class_of, instant_group, intent_of, kind_of, needed_tier
from plugins.routing.types import DataClass, Tier
from tests.plugins.routing.make import facts, signals

SPEC = GatewaySpec(
    capabilities={
        "auto": Capability(),
        "fast": Capability(max_tier=Tier.SMALL),
        "deep": Capability(min_tier=Tier.LARGE),
        "coder": Capability(intent="coding"),
        "embed": Capability(mode="embedding"),
    }
)


@pytest.mark.parametrize(
    ("capability", "label", "intent"),
    [("auto", "math", "math"), ("auto", None, "unsure"), ("auto", "made up", "unsure"), ("coder", "math", "coding")],
)
def test_intent(capability: str, label: str | None, intent: str) -> None:
    assert intent_of(facts(capability), signals(intent=label), SPEC) == intent
    assert intent_of(facts("auto"), {}, SPEC) == "unsure"


@pytest.mark.parametrize(
    ("capability", "intent", "instant", "tier"),
    [
        ("auto", "smalltalk", False, Tier.INSTANT),
        ("auto", "question", False, Tier.SMALL),
        ("auto", "coding", False, Tier.LARGE),
        ("auto", "reasoning", False, Tier.FRONTIER),
        ("auto", None, False, Tier.LARGE),
        ("auto", "reasoning", True, Tier.INSTANT),
        ("fast", "reasoning", False, Tier.SMALL),
        ("fast", "smalltalk", False, Tier.INSTANT),
        ("deep", "smalltalk", False, Tier.LARGE),
        ("deep", "question", True, Tier.LARGE),
        ("coder", "smalltalk", False, Tier.LARGE),
        ("pinned", "reasoning", False, Tier.FRONTIER),
    ],
)
def test_needed_tier(capability: str, intent: str | None, instant: bool, tier: Tier) -> None:
    assert needed_tier(facts(capability), signals(intent=intent), SPEC, instant=instant) is tier


def test_a_tier_means_nothing_to_other_modes() -> None:
    assert needed_tier(facts("embed", mode="embedding"), {}, SPEC, instant=False) is Tier.INSTANT


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("public", DataClass.PUBLIC),
        ("internal", DataClass.INTERNAL),
        ("restricted", DataClass.RESTRICTED),
        (None, DataClass.RESTRICTED),
        ("PUBLIC", DataClass.RESTRICTED),
        ("", DataClass.RESTRICTED),
    ],
)
def test_class_fails_closed(label: str | None, found: DataClass) -> None:
    assert class_of(signals(data_class=label)) is found
    assert class_of({}) is DataClass.RESTRICTED


def test_instant_group_and_kind() -> None:
    assert instant_group(signals(instant="instant")) == "instant"
    assert instant_group(signals(instant="none")) is None
    assert instant_group(signals(instant=None)) is None
    assert instant_group({}) is None
    assert (kind_of("completion"), kind_of("embedding")) == ("chat", "embedding")
