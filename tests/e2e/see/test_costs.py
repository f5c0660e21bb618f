"""One number everywhere: what an answer says it cost, LiteLLM's spend, Prometheus, our log and the console."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import pytest

from services.console.latency_picture import WIDTH
from services.console.rendering import milliseconds
from tests.e2e.see import shown
from tests.e2e.see.box import EASY, HARD, PRICE_IN, PRICE_OUT, Box
from tests.support.eventually import eventually

CENT = 0.005
FRONTIER = (3 * PRICE_IN + 4 * PRICE_OUT) / 1e6
"""Of one answer: the fake upstream counts 3 tokens in and 4 out."""


@pytest.fixture(scope="module")
def keys(box: Box) -> dict[str, str]:
    """Scripted traffic of two keys: whole and streamed, one after another and at once, judged."""
    keys = {alias: box.key(alias) for alias in ("reports", "assistant")}
    for alias, key in keys.items():
        answers = [box.ask(key, EASY), box.ask(key, EASY, stream=True), box.ask(key, HARD)]
        box.cloud.delay_s = 0.4
        box.cloud.behave("up-small", "slow")
        with ThreadPoolExecutor(4) as pool:
            answers += pool.map(lambda _, key=key: box.ask(key, EASY), range(4))
        box.cloud.reset()
        for answer, rating in zip(answers, ("good", "bad", "good", "good"), strict=False):
            box.judge(key, answer, rating)
        assert alias in keys
    return keys


def test_a_machines_time_and_the_frontiers_tokens_are_what_they_cost(box: Box, keys: dict[str, str]) -> None:
    for key in keys.values():
        costs = box.told[key]
        assert costs[2] == pytest.approx(FRONTIER)
        assert all(cost > 0 for cost in costs)
        # Four at once on one machine, 0.4 s each: two workers share them out as each sees them.
        assert sum(costs[3:]) < 4 * 5.0
    assert len(box.told) == 2


def test_every_place_tells_the_same_cost_a_key(box: Box, keys: dict[str, str]) -> None:
    def agree(key: str) -> None:
        hashed = hashlib.sha256(key.encode()).hexdigest()
        told = sum(box.told[key])
        logs = box.look("/spend/logs", api_key=hashed)
        costs = {row["key"]: row for row in box.look("/routing/costs", hours=1)["by_key"]}
        assert box.spend(key) == pytest.approx(told, abs=1e-6)
        assert sum(row["spend"] for row in logs) == pytest.approx(told, abs=1e-6)
        assert hashed in costs
        assert costs[hashed]["cost_usd"] == pytest.approx(told, abs=1e-6)
        metered = box.metrics().get(("signalbox_key_spend_usd_total", (("key", hashed),)))
        assert metered == pytest.approx(told, abs=1e-6)

    for key in keys.values():  # each place is written in its own time
        eventually(partial(agree, key))


def test_intent_tier_and_outcome_agree_and_savings_are_reckoned_by_hand(box: Box, keys: dict[str, str]) -> None:
    costs, metrics = box.look("/routing/costs", hours=1), box.metrics()
    everything = sum(sum(told) for told in box.told.values())
    spent = {labels: value for (name, labels), value in metrics.items() if name == "signalbox_spend_usd_total"}
    for name in ("intent", "tier", "location"):
        for row in costs[f"by_{name}"]:
            mine = sum(value for labels, value in spent.items() if dict(labels)[name] == row[name])
            assert mine == pytest.approx(row["cost_usd"], abs=1e-6), row
    total = costs["total"]
    assert total["cost_usd"] == pytest.approx(everything, abs=1e-6)
    assert metrics["signalbox_feedback_total", (("rating", "good"),)] == total["accepted"] == 6
    assert total["usd_per_accepted"] == pytest.approx(sum(box.judged) / 6, abs=1e-6)
    price = costs["frontier_prices"][0]
    assert (price["input_per_million"], price["output_per_million"]) == (PRICE_IN, PRICE_OUT)
    by_hand = (price["compared_in"] * PRICE_IN + price["compared_out"] * PRICE_OUT) / 1e6
    assert by_hand == pytest.approx(total["requests"] * FRONTIER)
    assert total["saved_usd"] == pytest.approx(by_hand - everything, abs=1e-6)
    assert metrics["signalbox_frontier_usd_total", ()] == pytest.approx(by_hand)
    assert metrics["signalbox_compared_usd_total", ()] == pytest.approx(everything, abs=1e-6)


def test_the_console_shows_the_same_to_the_cent(box: Box, keys: dict[str, str]) -> None:
    (page,), costs = box.console("/console/costs?window=1h"), box.look("/routing/costs", hours=1)
    for name in ("key", "intent", "tier", "location"):
        rows = shown.table(page, f"by-{name}")
        assert set(rows) == {row[name] for row in costs[f"by_{name}"]} | {"All"}
        for row in costs[f"by_{name}"]:
            told = rows[row[name]]
            assert shown.number(told["Requests"]) == row["requests"]
            assert shown.number(told["Cost"]) == pytest.approx(row["cost_usd"], abs=CENT)
            assert shown.number(told["Per 1,000"]) == pytest.approx(1000 * row["usd_per_request"], abs=CENT)
            assert shown.number(told["Outcome"]) == pytest.approx(row["usd_per_accepted"] or 0, abs=CENT)
    for key in keys.values():  # what the answers themselves said
        told = shown.table(page, "by-key")[hashlib.sha256(key.encode()).hexdigest()]
        assert shown.number(told["Cost"]) == pytest.approx(sum(box.told[key]), abs=CENT)
    everything = shown.table(page, "by-tier")["All"]
    assert shown.number(everything["Cost"]) == pytest.approx(sum(map(sum, box.told.values())), abs=CENT)
    assert shown.number(everything["Outcome"]) == pytest.approx(sum(box.judged) / 6, abs=CENT)


def test_each_request_shows_on_its_page_what_its_answer_said(box: Box, keys: dict[str, str]) -> None:
    assert len(box.costs) >= sum(len(box.told[key]) for key in keys.values())
    pages = box.console(*(f"/console/decisions/{decision}" for decision in box.costs))
    for page, told in zip(pages, box.costs.values(), strict=True):
        cost = re.search(r" Cost (\$[\d.,]+)", shown.words(page))
        assert cost is not None, shown.words(page)
        assert shown.number(cost[1]) == pytest.approx(told, abs=1e-6)


def test_the_savings_can_be_reckoned_by_hand_from_the_console(box: Box, keys: dict[str, str]) -> None:
    line = shown.savings(box.console("/console/costs?window=1h")[0])
    by_hand = (line.tokens_in * line.price_in + line.tokens_out * line.price_out) / 1e6
    assert line.answers == sum(len(box.told[key]) for key in keys.values())
    assert (line.price_in, line.price_out) == (PRICE_IN, PRICE_OUT)
    assert line.frontier == pytest.approx(by_hand, abs=CENT)
    assert line.saved == pytest.approx(by_hand - line.here, abs=2 * CENT)


def test_l_of_the_console_is_that_of_the_raw_log(box: Box, keys: dict[str, str]) -> None:
    with closing(sqlite3.connect(f"file:{box.system.state / 'decisions.sqlite'}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT tier, latency_ms FROM decisions WHERE status = 200 AND deployment IS NOT NULL")
        times: dict[str, list[float]] = {}
        for tier, latency in rows:
            times.setdefault(tier, []).append(latency)
    total = sum(map(len, times.values()))
    shares = {tier: len(found) / total for tier, found in times.items()}
    means = {tier: sum(found) / len(found) for tier, found in times.items()}
    by_hand = sum(shares[tier] * means[tier] for tier in times)
    assert set(times) == {"small", "frontier"}

    def scraped() -> bool:  # read from the log every ten seconds
        return box.metrics().get(("signalbox_weighted_latency_ms", ())) == pytest.approx(by_hand)

    box.system.wait_for(scraped, f"L of {by_hand} ms", 30)
    (page,) = box.console("/console")
    told = shown.table(page, "latency")
    assert told["L"]["3"] == milliseconds(by_hand)
    blocks = re.findall(r'<rect class="f-(\w+)"[^>]* width="([\d.]+)"', shown.section(page, "latency"))
    widths = {tier: float(width) for tier, width in blocks}
    for tier in times:
        assert (told[tier]["1"], told[tier]["2"]) == (f"{shares[tier]:.1%}", milliseconds(means[tier]))
        assert widths[tier] / WIDTH == pytest.approx(shares[tier], abs=1e-3)


def test_a_budget_holds_for_a_machines_time(box: Box) -> None:
    key = box.key("thrifty")
    with box.system.client() as admin:
        changed = admin.post("/key/update", json={"key": key, "max_budget": 1e-7})
        assert changed.status_code == 200, changed.text
    box.ask(key, EASY)

    def refused() -> bool:
        body = {"model": "auto", "messages": [{"role": "user", "content": EASY}]}
        with box.system.client() as http:
            answer = http.post("/v1/chat/completions", json=body, headers={"Authorization": f"Bearer {key}"})
        return answer.status_code in (400, 422, 429) and "budget" in answer.text.lower()

    box.system.wait_for(refused, "the budget to be used up", 30)
