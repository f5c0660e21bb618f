"""What an answer cost, settled once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plugins.litellm_adapter.costing import Costing, hidden, list_price, stated, tell
from plugins.litellm_adapter.trace import Trace
from plugins.routing.config.spec import Costs
from plugins.routing.costs import Price
from plugins.routing.types import Deployment
from tests.plugins.litellm_adapter.facts import BIG, CLOUD, SMALL

OWN = replace(SMALL, busy_rate=0.01)
PLACES = {d.id: d for d in (OWN, BIG, CLOUD)}


class World:
    def __init__(self, **prices: Price) -> None:
        self.now = 10.0
        self.asked: list[str] = []
        self.prices = prices
        self.costing = Costing(PLACES.get, self._listed, lambda: self.now)

    def _listed(self, deployment: Deployment) -> Price | None:
        self.asked.append(deployment.id)
        return self.prices.get(deployment.model_group)


def test_a_machines_time_is_the_cost_whatever_litellm_makes_of_the_tokens() -> None:
    world, trace = World(), Trace()
    world.costing.begin(trace, OWN.id)
    world.now += 2.5
    assert world.costing.timed(trace, OWN.id) == pytest.approx(0.025)
    world.now += 100
    assert world.costing.settle(trace, OWN.id, 9.9) == pytest.approx(0.025)
    assert trace.cost == pytest.approx(0.025)
    assert world.costing.busy_seconds(trace) == pytest.approx(2.5)


def test_what_was_read_for_a_request_is_paid_once_with_its_first_answer() -> None:
    world, trace = World(), Trace(brought_usd=0.5)
    assert world.costing.settle(trace, CLOUD.id, None) is None
    assert world.costing.settle(trace, CLOUD.id, 0.3) == pytest.approx(0.8)
    assert world.costing.settle(trace, BIG.id, 0.1) == pytest.approx(0.1)


def test_two_requests_at_once_share_the_machine() -> None:
    world, one, two = World(), Trace(), Trace()
    world.costing.begin(one, OWN.id)
    world.costing.begin(two, OWN.id)
    world.now += 4
    assert world.costing.timed(one, OWN.id) == pytest.approx(0.02)
    assert world.costing.timed(two, OWN.id) == pytest.approx(0.02)


def test_a_price_a_token_is_litellms_business() -> None:
    world, trace = World(), Trace()
    world.costing.begin(trace, CLOUD.id)
    world.now += 1
    assert world.costing.timed(trace, CLOUD.id) is None
    assert world.costing.settle(trace, CLOUD.id, None) is None
    assert trace.cost is None
    assert world.costing.settle(trace, CLOUD.id, 0.3) == 0.3
    assert world.costing.busy_seconds(trace) is None


def test_a_failed_attempt_costs_nobody_and_a_retry_starts_anew() -> None:
    world, trace = World(), Trace()
    world.costing.begin(trace, OWN.id)
    world.now += 7
    world.costing.end(trace, OWN.id)
    world.costing.begin(trace, OWN.id)
    world.now += 1
    assert world.costing.timed(trace, OWN.id) == pytest.approx(0.01)


def test_an_escalation_costs_both_answers() -> None:
    world, trace = World(), Trace()
    world.costing.begin(trace, OWN.id)
    world.now += 1
    world.costing.settle(trace, OWN.id, None)
    world.costing.settle(trace, CLOUD.id, 0.5)
    assert trace.cost == pytest.approx(0.51)


def test_the_baseline_is_said_stated_or_listed_and_looked_up_once() -> None:
    places = (BIG, CLOUD)
    assert World().costing.baseline(Costs(frontier_input=2), places) == Price(2, 0)
    listed = World(cloud=Price(3, 15))
    assert listed.costing.baseline(Costs(), places) == Price(3, 15)
    assert listed.costing.baseline(Costs(), places) == Price(3, 15)
    assert listed.asked == [CLOUD.id]
    told = (BIG, replace(CLOUD, price_in=1.0))
    assert listed.costing.baseline(Costs(), told) == Price(1, 0)
    assert World().costing.baseline(Costs(), places) is None
    assert stated(BIG) is None


def test_without_a_proxy_nothing_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(__import__("sys").modules, "litellm.proxy.proxy_server", raising=False)
    assert list_price(CLOUD) is None


def test_litellm_is_told_where_it_looks() -> None:
    kwargs: dict[str, Any] = {"response_cost": 0.0, "standard_logging_object": {"response_cost": 0.0}}
    tell(kwargs, 0.7)
    assert (kwargs["response_cost"], kwargs["standard_logging_object"]["response_cost"]) == (0.7, 0.7)
    bare: dict[str, Any] = {}
    tell(bare, 0.7)
    assert bare == {"response_cost": 0.7}
    assert hidden(object()) == {}
