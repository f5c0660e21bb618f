from __future__ import annotations

import pytest

from plugins.policies.data_boundary import DataBoundaryPolicy
from plugins.routing.config.spec import Boundary, GatewaySpec
from plugins.routing.types import DataClass, Tier
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
