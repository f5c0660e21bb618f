"""The running sums are those of the rows, whatever happens to the rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from plugins.routing.decision_log import DAY_S, DecisionLog
from plugins.routing.spend_sums import BUCKET_S, prepare
from tests.plugins.routing.test_cost_report import HOUR, START, an_hour


def sums(path: Path) -> tuple[int, float]:
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT ifnull(sum(requests), 0), total(cost_usd) FROM spend").fetchone()
        rows = db.execute("SELECT count(*), total(cost_usd) FROM decisions WHERE denied_by IS NULL").fetchone()
    assert found[0] == rows[0]
    assert found[1] == pytest.approx(rows[1])
    return int(found[0]), float(found[1])


def test_rows_that_come_go_and_change_are_followed(tmp_path: Path) -> None:
    path = tmp_path / "decisions.sqlite"
    log = DecisionLog(path, 0)
    for row in an_hour():
        log.put(row)
    log.close()
    count, _ = sums(path)
    assert count == 399
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("SELECT count(DISTINCT bucket) FROM spend").fetchone() == (HOUR / BUCKET_S,)
        db.execute("DELETE FROM decisions WHERE at < ?", (START + 1000,))
        db.execute("UPDATE decisions SET key_id = NULL WHERE key_id = 'key1'")
    sums(path)
    with closing(sqlite3.connect(path)) as db, db:
        told = db.execute("SELECT total(requests) FROM spend WHERE key = 'key1'").fetchone()
        db.execute("DELETE FROM decisions")
    assert told == (0,)
    left = sums(path)
    assert (left[0], round(left[1], 12)) == (0, 0)


def test_retention_leaves_no_sums_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    old, new = an_hour()[0], replace(an_hour()[1], at=START + 3 * DAY_S)
    log = DecisionLog(path, 1, clock=lambda: START + 3 * DAY_S)
    log.put(old)
    log.put(new)
    log.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM spend").fetchone() == (1,)


def test_what_an_earlier_version_logged_is_summed_up_once(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    log = DecisionLog(path, 0)
    for row in an_hour():
        log.put(row)
    log.close()
    with closing(sqlite3.connect(path)) as db, db:
        for name in ("spend_added", "spend_removed", "spend_changed"):
            db.execute(f"DROP TRIGGER {name}")
        db.execute("DROP TABLE spend")
        prepare(db)
        prepare(db)
    sums(path)
