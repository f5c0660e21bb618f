from __future__ import annotations

import pytest

from plugins.policies.key_limits import KeyLimitsPolicy
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Caller, Tier
from tests.plugins.routing.make import ALL, deployment, facts


@pytest.mark.parametrize(
    ("caller", "kept", "reason"),
    [
        (Caller(), 3, ""),
        (Caller(capabilities=frozenset({"auto", "fast"})), 3, ""),
        (Caller(capabilities=frozenset({"fast"})), 0, "this key may ask for: fast"),
        (Caller(capabilities=frozenset()), 0, "this key may ask for: nothing"),
        (Caller(max_tier=Tier.FRONTIER), 3, "tiers up to frontier"),
        (Caller(max_tier=Tier.SMALL), 1, "tiers up to small"),
        (Caller(max_tier=Tier.INSTANT), 0, "tiers up to instant"),
    ],
)
def test_limits(caller: Caller, kept: int, reason: str) -> None:
    verdict = KeyLimitsPolicy(GatewaySpec()).narrow(facts(caller=caller), {}, ALL)
    assert len(verdict.kept) == kept
    assert reason in verdict.reason


def test_a_lone_language_model_is_held_to_the_keys_tier() -> None:
    lone = deployment("lone", Tier.LARGE, serves_all_tiers=True)
    asked = facts(caller=Caller(max_tier=Tier.SMALL))
    assert KeyLimitsPolicy(GatewaySpec()).narrow(asked, {}, (lone,)).kept == ()
