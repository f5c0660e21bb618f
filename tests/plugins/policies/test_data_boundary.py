from __future__ import annotations

from dataclasses import replace

import pytest

from plugins.policies.data_boundary import DataBoundaryPolicy
from plugins.routing.config.spec import Boundary, GatewaySpec
from plugins.routing.config.zones import Require, Rule
from plugins.routing.types import Caller, DataClass, Requirement, Tier
from tests.plugins.routing.make import CLOUD, SMALL, deployment, facts, signals

SITE = deployment("site", location="site")
STRAY = deployment("stray", location="unknown")
ALL = (SMALL, CLOUD, SITE, STRAY)
SPEC = GatewaySpec(
    boundary=Boundary(zones={"local": DataClass.RESTRICTED, "cloud": DataClass.PUBLIC, "site": DataClass.INTERNAL})
)


@pytest.mark.parametrize(
    ("label", "groups"),
    [
        ("public", ["small", "cloud", "site", "stray"]),
        ("internal", ["small", "site"]),
        ("restricted", ["small"]),
        (None, ["small"]),
        ("made up", ["small"]),
    ],
)
def test_who_may_see_it(label: str | None, groups: list[str]) -> None:
    verdict = DataBoundaryPolicy(SPEC).narrow(facts(), signals(data_class=label), ALL)
    assert [d.model_group for d in ALL if d.id in verdict.kept] == groups


def test_a_missing_signal_is_the_most_restricted_case() -> None:
    assert DataBoundaryPolicy(SPEC).narrow(facts(), {}, ALL).kept == (SMALL.id,)


def test_reasons() -> None:
    policy = DataBoundaryPolicy(SPEC)
    assert policy.narrow(facts(), signals(data_class="internal"), ALL).reason == "class internal may go to: local, site"
    refused = policy.narrow(facts(), signals(data_class="internal"), (CLOUD, STRAY))
    assert refused.reason == "class internal may go to: local, site; what can do this is at: cloud, unknown"


def test_no_zone_may_be_given_anything_restricted() -> None:
    spec = GatewaySpec(boundary=Boundary(zones={"cloud": DataClass.PUBLIC}))
    refused = DataBoundaryPolicy(spec).narrow(facts(), signals(data_class="restricted"), ALL)
    assert refused.kept == ()
    assert "may go to: nowhere" in refused.reason


def test_tier_does_not_matter() -> None:
    best = deployment("best", Tier.FRONTIER, "cloud")
    assert DataBoundaryPolicy(SPEC).narrow(facts(), signals(data_class="internal"), (best,)).kept == ()


EU = replace(deployment("eu", location="site"), region="eu", retention_days=0, trains_on_data=False)
KEEPS = replace(EU, id="keeps", model_group="keeps", retention_days=30)
RULES = SPEC.model_copy(
    update={
        "boundary": SPEC.boundary.model_copy(
            update={
                "rules": (
                    Rule(**{"class": DataClass.INTERNAL}, require=Require(region=("eu",), trains_on_data=False)),
                    Rule(**{"class": DataClass.RESTRICTED}, require=Require(retention_days=0)),
                )
            }
        )
    }
)


@pytest.mark.parametrize(
    ("label", "require", "groups"),
    [
        ("public", (), ["small", "cloud", "site", "eu", "keeps"]),
        ("internal", (), ["small", "eu", "keeps"]),  # the zone of `site` may get it, but nobody said where that one is
        ("internal", (Requirement(retention_days=0),), ["small", "eu"]),
        ("public", (Requirement(retention_days=0),), ["small", "eu"]),
        ("public", (Requirement(region=()),), ["small"]),
        ("public", (Requirement(trains_on_data=True),), ["small"]),
        ("restricted", (), ["small"]),
    ],
)
def test_what_places_outside_must_be_like(label: str, require: tuple[Requirement, ...], groups: list[str]) -> None:
    places = (SMALL, CLOUD, SITE, EU, KEEPS)
    asked = replace(facts(), caller=Caller(require=require))
    verdict = DataBoundaryPolicy(RULES).narrow(asked, signals(data_class=label), places)
    assert [d.model_group for d in places if d.id in verdict.kept] == groups


def test_the_reason_names_what_is_required() -> None:
    refused = DataBoundaryPolicy(RULES).narrow(facts(), signals(data_class="internal"), (SITE,))
    assert "outside only where region is eu, trains_on_data is false" in refused.reason
