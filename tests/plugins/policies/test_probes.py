"""What answers its checks wrongly serves nothing."""

from __future__ import annotations

from dataclasses import replace

from plugins.policies.probes import ProbesPolicy
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Deployment, Facts, Tier

WELL = Deployment("a", "good", "local", Tier.SMALL)
WRONG = replace(WELL, id="b", model_group="bad", works=False)
FACTS = Facts("r", "/v1/chat/completions", "auto")


def test_it_keeps_what_works_and_says_what_does_not() -> None:
    verdict = ProbesPolicy(GatewaySpec()).narrow(FACTS, {}, (WELL, WRONG))
    assert (verdict.kept, verdict.reason, verdict.mode) == (("a",), "wrong answers to checks: bad", "require")
    assert ProbesPolicy(GatewaySpec()).narrow(FACTS, {}, (WELL,)).reason == ""
    assert ProbesPolicy(GatewaySpec()).narrow(FACTS, {}, (WRONG,)).kept == ()
