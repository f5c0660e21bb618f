from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from plugins.policies.capability import CapabilityPolicy
from plugins.policies.data_boundary import DataBoundaryPolicy
from plugins.policies.health import HealthPolicy
from plugins.routing.config.spec import Boundary, GatewaySpec
from plugins.routing.live import Live
from plugins.routing.router import Router
from plugins.routing.selection import Selection
from plugins.routing.types import DataClass, Deployment, Facts, Signal, Tier
from tests.plugins.routing.make import ALL, CLOUD, LARGE, SMALL, deployment, facts

SPEC = GatewaySpec()
LIVE = ("healthy", "load", "loaded", "works", "latency_p95_ms")
ROUTER = Router(SPEC, ALL, (), (CapabilityPolicy(SPEC), HealthPolicy(SPEC)), Selection(SPEC))


def test_live_state_is_merged_for_one_decision() -> None:
    chosen = ROUTER.decide(facts()).chosen
    assert chosen == LARGE
    resting = ROUTER.decide(facts(), {LARGE.id: Live(healthy=False, load=0.5), "gone": Live()})
    assert resting.chosen is not None
    assert resting.chosen.model_group == "cloud"
    assert resting.fallbacks[-1].load == 0.5
    assert ROUTER.decide(facts(), {}).chosen == LARGE


def test_merging_keeps_every_other_field() -> None:
    plain = deployment("d", Tier.LARGE, "site", mode="ocr", features=frozenset({"n"}), context_window=9)
    full = replace(
        plain,
        modalities=frozenset({"image"}),
        serves_all_tiers=True,
        price=3.0,
        region="eu",
        retention_days=0,
        trains_on_data=False,
    )
    full = replace(full, price_in=2.0, price_out=4.0, busy_rate=0.1)
    every = {f.name: getattr(full, f.name) for f in fields(full)}
    assert all(every[f.name] != f.default for f in fields(full) if f.name not in LIVE)
    router = Router(SPEC, (full,), (), (), Selection(SPEC))
    now = Live(healthy=False, load=0.5, loaded=False, works=False, latency_p95_ms=7.0)
    assert router.decide(facts("d"), {full.id: now}).chosen == replace(full, **{n: getattr(now, n) for n in LIVE})


def test_a_refusal_carries_the_whole_message() -> None:
    decision = ROUTER.decide(facts("nope"))
    assert (decision.denied_by, decision.needed) == ("capability", None)
    assert (decision.denied_reason or "").startswith('The model "nope" does not exist')


def test_a_refusal_tells_the_needed_tier() -> None:
    nobody = Router(SPEC, (), (), (CapabilityPolicy(SPEC),), Selection(SPEC))
    assert nobody.decide(facts("fast")).needed is Tier.SMALL
    assert nobody.decide(facts("code")).needed is Tier.LARGE


def test_known_models() -> None:
    assert ROUTER.known_models() == (*SPEC.capabilities, "small", "large", "cloud")


class _Class:
    name = "data_class"

    def __init__(self, label: str | None) -> None:
        self._label = label

    def extract(self, facts: Facts) -> Signal:
        return Signal(self.name, self._label, detail={"why": "default"})


def scrubbing(label: str | None, places: tuple[Deployment, ...], **changes: Any) -> Router:
    spec = GatewaySpec(boundary=Boundary(scrub=(DataClass.INTERNAL,)), **changes)
    policies = (CapabilityPolicy(spec), DataBoundaryPolicy(spec))
    return Router(spec, places, (_Class(label),), policies, Selection(spec))


def test_scrubbed_only_where_nothing_that_may_see_it_as_it_is_can_serve() -> None:
    inside = scrubbing("internal", (SMALL, CLOUD)).decide(facts())
    assert (inside.chosen, inside.scrubbed) == (SMALL, None), "a degraded answer inside comes first"
    outside = scrubbing("internal", (CLOUD,)).decide(facts())
    assert (outside.chosen, outside.scrubbed) == (CLOUD, DataClass.PUBLIC)
    assert outside.signals[0].label == "internal", "the class that was found is told as it is"
    assert outside.verdicts[0].reason == "class internal leaves as public, scrubbed"
    refusing = scrubbing("internal", (SMALL, CLOUD), when_unavailable="refuse").decide(facts())
    assert (refusing.chosen, refusing.scrubbed) == (CLOUD, DataClass.PUBLIC)


@pytest.mark.parametrize(
    ("label", "changes"),
    [
        ("restricted", {}),
        (None, {}),
        ("internal", {"modalities": frozenset({"text", "image"})}),
        ("internal", {"opaque": True}),
        ("internal", {"unread": frozenset({"file"})}),
        ("internal", {"mode": "embedding", "capability": "embed"}),
    ],
)
def test_what_is_never_scrubbed(label: str | None, changes: dict[str, Any]) -> None:
    places = (CLOUD, deployment("vectors", Tier.FRONTIER, "cloud", mode="embedding"))
    picture = replace(CLOUD, modalities=frozenset({"text", "image"}))
    decision = scrubbing(label, (*places, picture)).decide(facts(**changes))
    assert (decision.chosen, decision.denied_by, decision.scrubbed) == (None, "data_boundary", None)


def test_off_as_shipped() -> None:
    policies = (CapabilityPolicy(SPEC), DataBoundaryPolicy(SPEC))
    assert Router(SPEC, (CLOUD,), (_Class("internal"),), policies, Selection(SPEC)).decide(facts()).chosen is None
