"""An hour of traffic with known costs: every table adds up, and the savings can be reckoned by hand."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import pytest

from plugins.routing.cost_report import Report, Sums, cost_report
from plugins.routing.costs import Price
from plugins.routing.decision_log import DecisionLog, LogRecord
from plugins.routing.feedback import Feedback, FeedbackLog
from tests.plugins.routing.test_decision_log import RECORD

START = 1_000_200.0
HOUR = 3600.0
OLD, NEW = Price(3.0, 15.0), Price(2.0, 10.0)


def an_hour() -> list[LogRecord]:
    """A request every 9 seconds of an injected clock, in three keys and four tiers; at half time the price falls."""
    dice = random.Random(11)
    rows = []
    for i in range(400):
        at = START + i * HOUR / 400
        tier = ("instant", "small", "large", "frontier")[i % 4]
        price = OLD if i < 200 else NEW
        into, out = dice.randrange(10, 4000), dice.randrange(1, 900)
        busy = dice.uniform(0.2, 9) if tier in ("small", "large") else None
        cost = price.of(into, out) if tier == "frontier" else (busy or 0.0) * 2.5 / 3600
        rows.append(
            replace(
                RECORD,
                at=at,
                decision_id=f"dec_{i}",
                key_id=f"key{i % 3}",
                intent=("coding", "question", None)[i % 3],
                tier=tier,
                location="cloud" if tier == "frontier" else "local",
                status=200,
                latency_ms=100.0,
                tokens_in=into,
                tokens_out=out,
                cost_usd=cost,
                busy_s=busy,
                frontier_in=price.input,
                frontier_out=price.output,
            )
        )
    rows[7] = replace(rows[7], denied_by="data_boundary", deployment=None, cost_usd=None, frontier_in=None)
    rows[8] = replace(rows[8], status=500, tokens_out=None, cost_usd=None, frontier_in=None)
    rows[9] = replace(rows[9], final_in=5, final_out=6)
    return rows


def written(tmp_path: Path, rows: list[LogRecord], *, judged: bool = True) -> Report:
    log = DecisionLog(tmp_path / "decisions.sqlite", 0)
    for row in rows:
        log.put(row)
    log.close()
    if judged:
        said = FeedbackLog(tmp_path / "feedback.sqlite")
        for i in range(0, 400, 10):
            said.put(Feedback(START, f"dec_{i}", None, "bad", None, None))
            said.put(Feedback(START, f"dec_{i}", None, "good" if i % 20 else "bad", None, None))
        said.close()
    return cost_report(tmp_path / "decisions.sqlite", tmp_path / "feedback.sqlite", START, START + HOUR)


def test_every_table_has_the_same_total_and_it_is_that_of_the_rows(tmp_path: Path) -> None:
    rows = an_hour()
    report = written(tmp_path, rows)
    served = [r for r in rows if r.denied_by is None]
    total = report.total
    assert total.requests == len(served) == 399
    assert total.cost_usd == pytest.approx(sum(r.cost_usd or 0 for r in rows), abs=1e-12)
    assert total.busy_s == pytest.approx(sum(r.busy_s or 0 for r in rows))
    assert (total.tokens_in, total.tokens_out) == (
        sum(r.tokens_in or 0 for r in served),
        sum(r.tokens_out or 0 for r in served),
    )
    for name in ("key", "intent", "tier", "location"):
        groups = report.by(attrgetter(name))
        assert sum(s.cost_usd for _, s in groups) == pytest.approx(total.cost_usd)
        assert sum(s.requests for _, s in groups) == total.requests
        for label, sums in groups:
            mine = [r for r in served if (getattr(r, f"{name}_id" if name == "key" else name) or "-") == label]
            assert sums.cost_usd == pytest.approx(sum(r.cost_usd or 0 for r in mine))
        costs = [s.cost_usd for _, s in groups]
        assert costs == sorted(costs, reverse=True)


def test_savings_are_reckoned_by_hand(tmp_path: Path) -> None:
    rows = an_hour()
    report = written(tmp_path, rows)
    like = [r for r in rows if r.frontier_in is not None]
    by_hand = 0.0
    for price, sums in report.prices():
        by_hand += (sums.compared_in * price.input + sums.compared_out * price.output) / 1_000_000
    assert {price for price, _ in report.prices()} == {OLD, NEW}
    assert report.total.frontier_usd == pytest.approx(by_hand)
    assert report.total.compared == len(like) == 398
    assert report.total.compared_usd == pytest.approx(sum(r.cost_usd or 0 for r in like))
    assert report.total.saved_usd == pytest.approx(by_hand - sum(r.cost_usd or 0 for r in like))
    # An escalated answer is compared by its last answer's tokens: the frontier would have been asked once.
    assert report.total.compared_in == sum(r.final_in if r.final_in is not None else (r.tokens_in or 0) for r in like)
    frontier = dict(report.by(lambda c: c.tier))["frontier"]
    assert frontier.saved_usd == pytest.approx(0.0, abs=1e-9)


def test_an_accepted_outcome_carries_the_cost_of_the_bad_ones(tmp_path: Path) -> None:
    rows = an_hour()
    total = written(tmp_path, rows).total
    judged = [rows[i] for i in range(0, 400, 10)]
    assert (total.judged, total.accepted) == (40, 20)
    assert total.per_accepted == pytest.approx(sum(r.cost_usd or 0 for r in judged) / 20)
    assert total.per_request == pytest.approx(total.cost_usd / 399)


def test_where_there_is_nothing_there_is_no_quotient(tmp_path: Path) -> None:
    nothing = cost_report(tmp_path / "no", tmp_path / "no", 0, 1)
    assert nothing.total == Sums()
    assert (nothing.total.per_request, nothing.total.per_accepted, nothing.prices()) == (None, None, ())
    assert written(tmp_path, an_hour(), judged=False).total.judged == 0
    assert cost_report(tmp_path / "decisions.sqlite", tmp_path / "no", START + HOUR, START + 2 * HOUR).cells == ()


def test_a_log_of_before_costs_were_kept_reads_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "decisions.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE decisions (at, decision_id)")
    assert cost_report(path, tmp_path / "no", 0, 1).cells == ()
