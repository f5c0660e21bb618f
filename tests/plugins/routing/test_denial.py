from __future__ import annotations

from typing import Any

import pytest

from plugins.policies.capability import CapabilityPolicy
from plugins.policies.context_window import ContextWindowPolicy
from plugins.policies.data_boundary import DataBoundaryPolicy
from plugins.policies.deadline import DeadlinePolicy
from plugins.policies.key_limits import KeyLimitsPolicy
from plugins.routing.config.spec import Deadline, GatewaySpec
from plugins.routing.denial import Denial, denial
from plugins.routing.engine import decide
from plugins.routing.selection import Selection
from plugins.routing.types import Caller, Decision, Deployment, Facts, Signal, Tier
from tests.plugins.routing.make import ALL, CLOUD, INSTANT, SMALL, deployment, facts

SPEC = GatewaySpec(when_unavailable="refuse", deadline=Deadline(mode="require"))
TINY = deployment("tiny", context_window=100)
SLOW = deployment("slow", Tier.FRONTIER, latency_p95_ms=900.0)


class Says:
    def __init__(self, name: str, label: str, **detail: str) -> None:
        self.name, self._signal = name, Signal(name, label, detail=dict(detail))

    def extract(self, facts: Facts) -> Signal:
        return self._signal


def deny(
    asked: Facts, deployments: tuple[Deployment, ...], intent: str = "question", why: str = "default"
) -> tuple[Denial, Decision]:
    decision = decide(
        asked,
        deployments,
        extractors=[Says("intent", intent), Says("data_class", "internal", why=why)],
        policies=[
            policy(SPEC)
            for policy in (CapabilityPolicy, KeyLimitsPolicy, ContextWindowPolicy, DataBoundaryPolicy, DeadlinePolicy)
        ],
        selection=Selection(SPEC),
    )
    return denial(decision, asked, SPEC), decision


CASES: list[tuple[Facts, tuple[Deployment, ...], int, str, list[str]]] = [
    (facts("nope"), ALL, 404, "model_not_found", ['"nope"', "auto", "small"]),
    (
        facts(),
        (),
        503,
        "no_capable_deployment",
        ["intent question", "tier small", "ollama pull", "models import FILE.gguf"],
    ),
    (facts(), (INSTANT,), 503, "no_capable_deployment", ["no language model", "signalbox models pull"]),
    (
        facts(modalities=frozenset({"text", "image"})),
        (SMALL,),
        503,
        "no_capable_deployment",
        ["takes image input"],
    ),
    (
        facts(needs=frozenset({"tools"})),
        (deployment("a", features=frozenset()),),
        503,
        "no_capable_deployment",
        ["supports tools"],
    ),
    (facts("small", mode="embedding"), ALL, 400, "unsupported_by_model", ["model group", "embedding"]),
    (facts("auto", mode="embedding"), ALL, 400, "unsupported_by_model", ["ask for embed"]),
    (facts("embed", mode="embedding"), ALL, 503, "no_capable_deployment", ["mode embedding"]),
    (
        facts(),
        (CLOUD,),
        403,
        "data_boundary",
        [
            "class internal may go to: local",
            "x-signalbox-data-class: public",
            "gateway.boundary.default_class: public",
            "gateway.boundary.zones.cloud: internal",
            "at: cloud",
            "may_declare",
            "default class holds",
        ],
    ),
    (facts(caller=Caller(capabilities=frozenset({"fast"}))), ALL, 403, "key_limit", ["fast", "signalbox.capabilities"]),
    (facts(caller=Caller(max_tier=Tier.INSTANT)), ALL, 403, "key_limit", ["tiers up to instant"]),
    (facts(token_estimate=101), (TINY,), 400, "context_length_exceeded", ["largest window: 100", "context_window"]),
    (facts(caller=Caller(deadline_ms=10)), (SLOW,), 503, "no_capable_deployment", ["10 ms", "deadline"]),
]


@pytest.mark.parametrize(("asked", "deployments", "status", "code", "words"), CASES)
def test_every_refusal_says_what_to_do(
    asked: Facts, deployments: tuple[Deployment, ...], status: int, code: str, words: list[str]
) -> None:
    found, decision = deny(asked, deployments)
    assert (found.status, found.code) == (status, code)
    assert decision.chosen is None
    for word in words:
        assert word in found.message


def test_refusal_by_selection_names_the_tier() -> None:
    found, _ = deny(facts(), (SMALL,), intent="coding")
    assert (found.status, found.code) == (503, "no_capable_deployment")
    assert "tier large" in found.message
    assert "when_unavailable: degrade" in found.message


def test_the_boundary_tells_where_the_class_came_from_and_who_may_declare() -> None:
    found, _ = deny(facts(caller=Caller(may_declare=True)), (CLOUD,), why="conversation")
    assert "earlier turn" in found.message
    assert "may_declare" not in found.message


def test_a_long_name_is_cut() -> None:
    found, _ = deny(facts("x" * 250), ALL)
    assert "x" * 100 not in found.message


def test_only_refusals_have_one() -> None:
    decision = Decision("dec_1", "auto", (), (), SMALL)
    with pytest.raises(ValueError, match="dec_1"):
        denial(decision, facts(), SPEC)


@pytest.mark.parametrize("changes", [{"denied_by": "made_up"}, {"denied_by": "health"}])
def test_an_unknown_policy_is_503(changes: dict[str, Any]) -> None:
    decision = Decision("dec_1", "auto", (), (), None, **changes)
    assert denial(decision, facts(), SPEC).status == 503
