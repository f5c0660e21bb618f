from __future__ import annotations

from typing import Any

import pytest

from plugins.policies.capability import CapabilityPolicy
from plugins.routing.config.spec import Capability, GatewaySpec
from plugins.routing.types import Caller, Tier
from tests.plugins.routing.make import CLOUD, INSTANT, LARGE, SMALL, deployment, facts, signals

SPEC = GatewaySpec(
    capabilities={
        "auto": Capability(),
        "fast": Capability(max_tier=Tier.SMALL),
        "deep": Capability(min_tier=Tier.LARGE),
        "private": Capability(locations=("local",)),
        "vision": Capability(modalities=frozenset({"image"})),
        "embed": Capability(mode="embedding"),
        "mars": Capability(locations=("mars",)),
    }
)
EYES = deployment("eyes", Tier.LARGE, modalities=frozenset({"text", "image"}))
PLAIN = deployment("plain", features=frozenset())
VECTORS = deployment("vectors", mode="embedding")
LONE = deployment("lone", Tier.LARGE, serves_all_tiers=True)
ALL = (INSTANT, SMALL, LARGE, CLOUD, EYES, PLAIN, VECTORS)
IMAGE = frozenset({"text", "image"})


def kept(capability: str, instant: str | None = None, **changes: Any) -> list[str]:
    verdict = CapabilityPolicy(SPEC).narrow(facts(capability, **changes), signals(instant=instant), ALL)
    return [d.model_group for d in ALL if d.id in verdict.kept]


@pytest.mark.parametrize(
    ("capability", "changes", "groups"),
    [
        ("auto", {}, ["small", "large", "cloud", "eyes", "plain"]),
        ("auto", {"mode": "completion"}, ["small", "large", "cloud", "eyes", "plain"]),
        ("auto", {"instant": "instant"}, ["instant", "small", "large", "cloud", "eyes", "plain"]),
        ("auto", {"instant": "none"}, ["small", "large", "cloud", "eyes", "plain"]),
        ("fast", {}, ["small", "plain"]),
        ("deep", {}, ["small", "large", "cloud", "eyes", "plain"]),
        ("private", {}, ["small", "large", "eyes", "plain"]),
        ("vision", {}, ["eyes"]),
        ("auto", {"modalities": IMAGE}, ["eyes"]),
        ("auto", {"modalities": frozenset({"text", "audio"})}, []),
        ("auto", {"needs": frozenset({"tools", "stream"})}, ["small", "large", "cloud", "eyes"]),
        ("auto", {"needs": frozenset({"json_schema"})}, ["small", "large", "cloud", "eyes"]),
        ("auto", {"needs": frozenset({"logprobs", "n"})}, ["small", "large", "cloud", "eyes", "plain"]),
        ("embed", {"mode": "embedding"}, ["vectors"]),
        ("embed", {"mode": "chat"}, []),
        ("auto", {"mode": "embedding"}, []),
        ("mars", {}, []),
        ("small", {}, ["small"]),
        ("instant", {}, ["instant"]),
        ("instant", {"needs": frozenset({"tools"})}, []),
        ("small", {"modalities": IMAGE}, []),
        ("vectors", {"mode": "embedding"}, ["vectors"]),
        ("vectors", {}, []),
        ("nope", {}, []),
        ("small-1", {}, []),
        ("small,large", {}, []),
        ("openai/gpt-4o", {}, []),
    ],
)
def test_who_can_do_it(capability: str, changes: dict[str, Any], groups: list[str]) -> None:
    assert kept(capability, **changes) == groups


@pytest.mark.parametrize(
    ("capability", "changes", "words"),
    [
        ("auto", {"modalities": frozenset({"audio"})}, "takes audio input"),
        ("auto", {"mode": "embedding"}, "capability auto does chat, not embedding; ask for embed"),
        ("auto", {"mode": "ocr"}, "capability auto does chat, not ocr"),
        ("mars", {}, "no deployment is at: mars"),
        ("nope", {}, "there are: auto, fast, deep"),
        ("auto", {}, "auto: 5 of 7 can do this"),
        ("small", {}, "pinned to model group small"),
    ],
)
def test_reasons(capability: str, changes: dict[str, Any], words: str) -> None:
    assert words in CapabilityPolicy(SPEC).narrow(facts(capability, **changes), {}, ALL).reason


def test_only_names_that_the_key_may_use_are_told() -> None:
    caller = Caller(capabilities=frozenset({"fast"}))
    reason = CapabilityPolicy(SPEC).narrow(facts("nope", caller=caller), {}, ALL).reason
    assert reason.endswith("there are: fast")


def test_a_lone_language_model_is_kept_above_the_highest_tier() -> None:
    policy = CapabilityPolicy(SPEC)
    assert policy.narrow(facts("fast"), {}, (LONE,)).kept == (LONE.id,)
    assert "of tier small or below" in policy.narrow(facts("fast"), {}, (LARGE,)).reason


def test_nothing_configured_at_all() -> None:
    verdict = CapabilityPolicy(SPEC).narrow(facts(), {}, ())
    assert (verdict.kept, verdict.reason) == ((), "there is no deployment at all")
    assert "there are: auto" in CapabilityPolicy(SPEC).narrow(facts("nope"), {}, ()).reason
