from __future__ import annotations

import pytest

from plugins.policies.budget import BudgetPolicy
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Caller, Exhausted, Tier
from tests.plugins.routing.make import ALL, facts

DEC_1 = 1796083200.0


@pytest.mark.parametrize(
    ("spent", "kept", "reason"),
    [
        ((), 3, ""),
        (
            (Exhausted("key", Tier.FRONTIER, 5.0, DEC_1),),
            2,
            "the key's budget of $5 for tier frontier is used up until 2026-12-01 00:00 UTC",
        ),
        ((Exhausted("team", "small", 0.25, DEC_1),), 2, "the team's budget of $0.25 for model small is used up"),
        ((Exhausted("key", Tier.INSTANT, 1.0, DEC_1),), 3, ""),
        (tuple(Exhausted("key", tier, 1.0, DEC_1) for tier in Tier), 0, "tier small is used up"),
        ((Exhausted("key", Tier.LARGE, 0.0, None),), 2, "for tier large cannot be read"),
    ],
)
def test_a_used_up_budget_closes_its_tier_or_model(spent: tuple[Exhausted, ...], kept: int, reason: str) -> None:
    verdict = BudgetPolicy(GatewaySpec()).narrow(facts(caller=Caller(exhausted=spent)), {}, ALL)
    assert len(verdict.kept) == kept
    assert reason in verdict.reason
    assert bool(verdict.reason) == (kept < 3)
