from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pytest

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.engine import decide, new_decision_id
from plugins.routing.selection import Selection
from plugins.routing.types import Decision, Deployment, Facts, PolicyMode, Signal, Tier, Verdict
from tests.plugins.routing.make import ALL, CLOUD, LARGE, SMALL, deployment, facts


class Says:
    def __init__(self, name: str, label: str | None, **detail: int) -> None:
        self.name = name
        self._signal = Signal(name, label, detail=dict(detail))

    def extract(self, facts: Facts) -> Signal:
        return self._signal


class Fails:
    name = "intent"

    def extract(self, facts: Facts) -> Signal:
        raise RuntimeError("the prompt was: secret")


class Keeps:
    """Keeps the ids it is told to, and notes what it was given."""

    def __init__(self, mode: PolicyMode, *ids: str, name: str = "keeps") -> None:
        self.name, self.mode, self._ids = name, mode, ids
        self.given: list[str] = []

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict:
        self.given = [d.id for d in deployments]
        return Verdict(self.name, self.mode, self._ids, "told to")


def run(*policies: Keeps, intent: str | None = "question") -> Decision:
    return decide(
        facts(),
        ALL,
        extractors=[Says("intent", intent, truncated_chars=7)],
        policies=policies,
        selection=Selection(GatewaySpec()),
        new_id=lambda: "dec_1",
    )


def groups(decision: Decision) -> list[str]:
    return [d.model_group for d in ([decision.chosen] if decision.chosen else []) + list(decision.fallbacks)]


def test_each_policy_sees_what_the_one_before_left() -> None:
    second = Keeps("require", LARGE.id)
    decision = run(Keeps("require", SMALL.id, LARGE.id), second)
    assert second.given == [SMALL.id, LARGE.id]
    assert groups(decision) == ["large"]
    assert [v.policy for v in decision.verdicts] == ["keeps", "keeps", "selection"]
    assert (decision.id, decision.truncated_chars, decision.needed) == ("dec_1", 7, Tier.SMALL)


def test_an_empty_require_denies_and_ends_the_decision() -> None:
    later = Keeps("require", SMALL.id)
    decision = run(Keeps("require", name="first"), later)
    assert (decision.chosen, decision.denied_by, decision.denied_reason) == (None, "first", "told to")
    assert decision.fallbacks == ()
    assert later.given == []


def test_a_policy_cannot_bring_back_what_was_removed() -> None:
    decision = run(Keeps("require", SMALL.id), Keeps("require", SMALL.id, CLOUD.id, "made-up"))
    assert groups(decision) == ["small"]


@pytest.mark.parametrize(
    ("policies", "served"),
    [
        ([Keeps("prefer")], ["small", "large", "cloud"]),
        ([Keeps("prefer", CLOUD.id)], ["cloud", "small", "large"]),
        ([Keeps("prefer", CLOUD.id), Keeps("require", SMALL.id)], ["small"]),
        ([Keeps("require", SMALL.id, LARGE.id), Keeps("prefer", LARGE.id)], ["large", "small"]),
        ([Keeps("prefer", CLOUD.id, LARGE.id), Keeps("prefer", SMALL.id)], ["large", "cloud", "small"]),
    ],
)
def test_preferences_set_aside_and_never_deny(policies: list[Keeps], served: list[str]) -> None:
    assert groups(run(*policies)) == served


def test_a_signal_that_raises_counts_as_unknown_and_tells_nothing() -> None:
    decision = decide(facts(), ALL, extractors=[Fails()], policies=[], selection=Selection(GatewaySpec()))
    assert decision.signal("intent") == Signal("intent", None, 0.0, {"failed": True})
    assert decision.needed is Tier.LARGE
    assert "secret" not in repr(decision)


def test_selection_can_refuse() -> None:
    spec = GatewaySpec(when_unavailable="refuse")
    decision = decide(
        facts(),
        [SMALL],
        extractors=[Says("intent", "reasoning")],
        policies=[],
        selection=Selection(spec),
    )
    assert (decision.denied_by, decision.needed) == ("selection", Tier.FRONTIER)


def test_ids_are_unlike() -> None:
    ids = {new_decision_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(i.startswith("dec_") and len(i) == 24 for i in ids)


def test_fifty_deployments_take_well_under_a_millisecond() -> None:
    many = [deployment(f"d{i}", Tier(i % 4)) for i in range(50)]
    kept = Keeps("require", *(d.id for d in many))
    times = []
    for _ in range(200):
        start = time.perf_counter()
        decide(
            facts(),
            many,
            extractors=[Says("intent", "coding")],
            policies=[kept, kept, kept, kept],
            selection=Selection(GatewaySpec()),
        )
        times.append(time.perf_counter() - start)
    assert sorted(times)[100] < 0.001  # 0.0002 on a quiet machine
