from __future__ import annotations

import random
from typing import Any

import pytest

from plugins.routing.costs import BusyClock, Price, cheapest_frontier, rate_of
from plugins.routing.types import Tier
from tests.plugins.routing.make import deployment
from tests.support.clock import Clock


def test_a_price_is_per_million_tokens() -> None:
    assert Price(3.0, 15.0).of(1_000_000, 200_000) == pytest.approx(6.0)
    assert Price(3.0, 15.0).of(0, 0) == 0


@pytest.mark.parametrize(
    ("info", "an_hour"),
    [
        ({}, None),
        ({"price_per_kwh": 0.4}, None),
        ({"hourly_cost": 2.5}, 2.5),
        ({"watts": 500}, 0.15),
        ({"watts": 500, "price_per_kwh": 0.4}, 0.2),
        ({"hourly_cost": 1, "watts": 1000, "price_per_kwh": 0}, 1.0),
        ({"hourly_cost": 0}, 0.0),
        ({"hourly_cost": -1}, None),
        ({"hourly_cost": True}, None),
        ({"hourly_cost": "2"}, None),
        ({"hourly_cost": float("nan")}, None),
        ({"hourly_cost": 1e9}, None),
    ],
)
def test_a_machines_rate(info: dict[str, Any], an_hour: float | None) -> None:
    rate = rate_of(info, price_per_kwh=0.3)
    assert rate is None if an_hour is None else rate == pytest.approx(an_hour / 3600)


def test_the_baseline_is_the_cheapest_frontier_that_has_a_price() -> None:
    prices = {"dear": Price(10, 50), "cheap": Price(3, 15), "local": Price(0.1, 0.1)}
    places = [deployment(n, Tier.FRONTIER) for n in ("unknown", "dear", "cheap")] + [deployment("local", Tier.LARGE)]
    assert cheapest_frontier(places, lambda d: prices.get(d.model_group)) == Price(3, 15)
    assert cheapest_frontier(places[:1], lambda d: prices.get(d.model_group)) is None


def test_alone_a_request_carries_its_whole_time_and_two_at_once_half_each() -> None:
    clock = Clock(100.0)
    busy = BusyClock(clock)
    first = busy.begin("gpu")
    clock.now += 2
    second = busy.begin("gpu")
    clock.now += 4
    assert busy.end("gpu", first) == pytest.approx(2 + 4 / 2)
    clock.now += 1
    assert busy.end("gpu", second) == pytest.approx(4 / 2 + 1)
    clock.now += 50  # idle: nobody's
    third = busy.begin("gpu")
    clock.now += 3
    assert busy.end("gpu", third) == pytest.approx(3)
    assert busy.end("never begun", 0.0) == 0


def test_the_parts_add_up_to_the_time_that_the_machine_was_busy() -> None:
    dice, clock = random.Random(1), Clock(100.0)
    busy = BusyClock(clock)
    running: list[float] = []
    parts, worked = 0.0, 0.0
    for _ in range(2000):
        step = dice.random()
        worked += step if running else 0.0
        clock.now += step
        if running and dice.random() < 0.5:
            parts += busy.end("gpu", running.pop(dice.randrange(len(running))))
        else:
            running.append(busy.begin("gpu"))
    while running:
        parts += busy.end("gpu", running.pop())
    assert parts == pytest.approx(worked)
