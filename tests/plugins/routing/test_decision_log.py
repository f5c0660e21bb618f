from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from plugins.routing import decision_log
from plugins.routing.decision_log import DAY_S, DecisionLog, LogRecord, record_of
from plugins.routing.types import Caller, Decision, Signal, Tier, Verdict
from tests.plugins.routing.make import CLOUD, LARGE, SMALL, facts

FACTS = facts(
    text="my secret", messages=({"role": "user", "content": "my secret"},), token_estimate=9, caller=Caller("k", "t")
)
DECISION = Decision(
    "dec_1",
    "auto",
    (Signal("intent", "coding", 0.9), Signal("data_class", "public")),
    (Verdict("capability", "require", (), "3 of 3"),),
    SMALL,
    (LARGE, CLOUD),
    needed=Tier.LARGE,
    degraded=True,
)
RECORD = record_of(DECISION, FACTS, at=1000.0, decide_us=800)


def numbered(i: int) -> LogRecord:
    return replace(RECORD, at=1000.0 + i, decision_id=f"dec_{i}")


def write_many(path: Path, start: int) -> None:
    log = DecisionLog(path, 0)
    for i in range(200):
        log.put(numbered(start + i))
    log.close()
    assert log.dropped == 0, log.last_error


def test_what_is_kept_of_a_decision() -> None:
    assert "secret" not in repr(RECORD)
    assert (RECORD.intent, RECORD.needed, RECORD.tier, RECORD.location) == ("coding", "large", "small", "local")
    assert (RECORD.fallbacks, RECORD.tokens, RECORD.degraded) == (("large", "cloud"), 9, True)
    assert record_of(replace(DECISION, capability="x" * 200), FACTS, at=0).capability == "x" * 80


def test_rows_come_back_newest_first(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "state" / "decisions.sqlite", 0)
    assert log.recent() == []
    for i in range(5):
        log.put(numbered(i))
    assert log.flush()
    rows = log.recent(2)
    assert [r["decision_id"] for r in rows] == ["dec_4", "dec_3"]
    assert rows[0]["seen"] == RECORD.seen
    assert rows[0]["fallbacks"] == ["large", "cloud"]
    assert rows[0]["degraded"] is True
    assert (tmp_path / "state" / "decisions.sqlite").stat().st_mode & 0o777 == 0o600
    log.close()
    log.put(RECORD)
    assert (len(log.recent()), log.dropped) == (5, 1)


def test_old_rows_are_swept(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "d.sqlite", 1, clock=lambda: 1000.0 + DAY_S + 2.5)
    for i in range(5):
        log.put(numbered(i))
    log.close()
    assert [r["decision_id"] for r in log.recent()] == ["dec_4", "dec_3"]


def test_a_full_queue_drops_and_counts_and_never_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_log, "QUEUE_SIZE", 3)
    log = DecisionLog(tmp_path / "d.sqlite", 0)
    monkeypatch.setattr(log, "_start", lambda: None)
    for i in range(10):
        log.put(numbered(i))
    assert log.dropped == 7


def test_a_file_that_cannot_be_written_costs_records_not_requests(tmp_path: Path) -> None:
    (tmp_path / "d.sqlite").mkdir()
    log = DecisionLog(tmp_path / "d.sqlite", 0)
    log.put(RECORD)
    assert log.flush()
    assert log.dropped == 1
    assert "unable to open" in (log.last_error or "")
    (tmp_path / "d.sqlite").rmdir()
    log.put(RECORD)
    log.close()
    assert len(log.recent()) == 1


def test_several_processes_and_threads_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    spawn = multiprocessing.get_context("spawn")
    others = [spawn.Process(target=write_many, args=(path, start)) for start in (0, 1000)]
    for process in others:
        process.start()
    log = DecisionLog(path, 0)

    def put_fifty() -> None:
        for _ in range(50):
            log.put(RECORD)

    threads = [threading.Thread(target=put_fifty) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    for process in others:
        process.join(60)
        assert process.exitcode == 0
    assert log.dropped == 0
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM decisions").fetchone() == (600,)


def test_a_file_of_an_earlier_version_gains_the_new_columns(tmp_path: Path) -> None:
    path = tmp_path / "decisions.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE decisions (at, decision_id, fallbacks, reasons)")
        db.execute("INSERT INTO decisions VALUES (1.0, 'dec_old', '[]', '[]')")
    log = DecisionLog(path, 0)
    log.put(replace(numbered(1), status=200, latency_ms=12.5, tokens_out=7))
    log.close()
    new, old = log.recent()
    assert (new["status"], new["latency_ms"], new["tokens_out"], new["fallback"]) == (200, 12.5, 7, False)
    assert (old["decision_id"], old["status"]) == ("dec_old", None)
