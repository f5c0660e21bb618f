from __future__ import annotations

from plugins.policies.health import HealthPolicy
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.engine import decide
from plugins.routing.selection import Selection
from tests.plugins.routing.make import CLOUD, LARGE, SMALL, deployment, facts

POLICY = HealthPolicy(GatewaySpec())
SICK = deployment("sick", healthy=False)


def test_what_rests_is_set_aside_and_named() -> None:
    verdict = POLICY.narrow(facts(), {}, (SMALL, SICK, CLOUD))
    assert verdict.kept == (SMALL.id, CLOUD.id)
    assert verdict.reason == "cooling down: sick"
    assert POLICY.narrow(facts(), {}, (SMALL,)).reason == ""


def test_it_stays_the_last_fallback_and_serves_alone() -> None:
    spec = GatewaySpec()
    decision = decide(facts(), (SICK, LARGE), extractors=[], policies=[POLICY], selection=Selection(spec))
    assert (decision.chosen, decision.fallbacks) == (LARGE, (SICK,))
    alone = decide(facts(), (SICK,), extractors=[], policies=[POLICY], selection=Selection(spec))
    assert alone.chosen == SICK
