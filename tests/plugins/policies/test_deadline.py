from __future__ import annotations

import pytest

from plugins.policies.deadline import DeadlinePolicy
from plugins.routing.config.spec import Capability, Deadline, GatewaySpec
from plugins.routing.types import Caller
from tests.plugins.routing.make import deployment, facts

SPEC = GatewaySpec(capabilities={"auto": Capability(), "quick": Capability(deadline_ms=500)})
DEPLOYMENTS = (
    deployment("fast", latency_p95_ms=100.0),
    deployment("slow", latency_p95_ms=1000.0),
    deployment("unmeasured"),
)


@pytest.mark.parametrize(
    ("capability", "header", "groups"),
    [
        ("auto", None, ["fast", "slow", "unmeasured"]),
        ("auto", 1000.0, ["fast", "slow", "unmeasured"]),
        ("auto", 999.0, ["fast", "unmeasured"]),
        ("auto", 10.0, ["unmeasured"]),
        ("quick", None, ["fast", "unmeasured"]),
        ("quick", 5000.0, ["fast", "unmeasured"]),
        ("quick", 50.0, ["unmeasured"]),
        ("pinned", 999.0, ["fast", "unmeasured"]),
    ],
)
def test_the_smaller_budget_counts(capability: str, header: float | None, groups: list[str]) -> None:
    asked = facts(capability, caller=Caller(deadline_ms=header))
    verdict = DeadlinePolicy(SPEC).narrow(asked, {}, DEPLOYMENTS)
    assert [d.model_group for d in DEPLOYMENTS if d.id in verdict.kept] == groups
    assert bool(verdict.reason) is (len(groups) < 3 or header is not None)


def test_the_mode_is_the_yamls() -> None:
    assert DeadlinePolicy(SPEC).mode == "prefer"
    assert DeadlinePolicy(GatewaySpec(deadline=Deadline(mode="require"))).mode == "require"
