from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from services.console.decision_filter import Cursor, Filter
from services.console.decision_reader import DecisionReader, LogUnreadableError
from tests.services.console.seed import judge, make_records, write_log

NOW = 1_800_000_000.0


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "decisions.sqlite"
    write_log(path, make_records(120, NOW))
    return path


def add_columns(path: Path, sql: str) -> None:
    """What a newer writer's log has."""
    with closing(sqlite3.connect(path)) as db, db:
        there = {row[1] for row in db.execute("PRAGMA table_info(decisions)")}
        for name in {"status", "latency_ms", "tokens_in", "tokens_out", "attempts"} - there:
            db.execute(f"ALTER TABLE decisions ADD COLUMN {name}")
        db.execute(sql)


def test_no_log_is_an_empty_one(tmp_path: Path) -> None:
    reader = DecisionReader(tmp_path / "none.sqlite")
    assert (reader.page(Filter()).rows, reader.get("x"), reader.last_hour(NOW)) == ((), None, [])
    assert not (tmp_path / "none.sqlite").exists()


def test_pages_forth_and_back_cover_every_row_once(log: Path) -> None:
    reader = DecisionReader(log)
    pages = [reader.page(Filter(), limit=50)]
    while (older := pages[-1].older) is not None:
        pages.append(reader.page(Filter(), Cursor(older, older=True), limit=50))
    assert [len(p.rows) for p in pages] == [50, 50, 20]
    assert [r.id for p in pages for r in p.rows] == [f"dec-{i}" for i in reversed(range(120))]
    assert pages[0].newer is None
    back = reader.page(Filter(), Cursor(pages[-1].newer or 0, older=False), limit=50)
    assert back.rows == pages[1].rows
    first = reader.page(Filter(), Cursor(back.newer or 0, older=False), limit=50)
    assert first.rows == pages[0].rows
    assert first.newer is None


@pytest.mark.parametrize("name", ["intent", "tier", "location", "data_class"])
def test_each_filter_keeps_what_it_names(log: Path, name: str) -> None:
    rows = DecisionReader(log).page(Filter(), limit=200).rows
    word = next(value for r in rows if (value := getattr(r, name)))
    kept = DecisionReader(log).page(Filter(**{name: word}), limit=200).rows
    assert 0 < len(kept) < len(rows)
    assert kept == tuple(r for r in rows if getattr(r, name) == word)


@pytest.mark.parametrize("newer_log", [False, True])
def test_outcomes_are_those_of_the_rows(log: Path, newer_log: bool) -> None:
    if newer_log:
        add_columns(
            log,
            "UPDATE decisions SET degraded = rowid % 3 = 0,"
            " status = CASE rowid % 4 WHEN 0 THEN 502 WHEN 1 THEN 0 ELSE 200 END",
        )
    rows = DecisionReader(log).page(Filter(), limit=200).rows
    for outcome in ("served", "degraded", "refused", "failed"):
        kept = DecisionReader(log).page(Filter(outcome=outcome), limit=200).rows
        assert kept == tuple(r for r in rows if r.outcome == outcome), outcome
    assert {r.outcome for r in rows} == {"served", "refused", "failed"} | ({"degraded"} if newer_log else set())


def test_a_newer_log_tells_status_and_latency(log: Path) -> None:
    add_columns(
        log, "UPDATE decisions SET status = 200, latency_ms = 812.5, tokens_in = 9, tokens_out = 3, attempts = 2"
    )
    detail = DecisionReader(log).get("dec-7")
    assert detail is not None
    assert (detail.row.status, detail.row.latency_ms, detail.tokens_in, detail.tokens_out) == (200, 812.5, 9, 3)
    assert detail.attempts == 2
    counts = DecisionReader(log).last_hour(NOW)
    assert sum(c.timed for c in counts) == sum(c.count for c in counts)


def test_one_decision_with_all_that_is_kept(log: Path) -> None:
    detail = DecisionReader(log).get("dec-119")
    assert detail is not None
    assert detail.row.reasons[0].startswith("intent: ")
    assert detail.route == "/v1/chat/completions"
    assert DecisionReader(log).get("dec-120") is None
    assert DecisionReader(log).get("' OR 1=1 --") is None


def test_the_last_hour(log: Path) -> None:
    counts = DecisionReader(log).last_hour(NOW)
    assert sum(c.count for c in counts) in (60, 61)
    assert {c.minute for c in counts} <= set(range(61))
    assert {"small", "refused"} <= {c.label for c in counts}
    assert DecisionReader(log).last_hour(NOW + 7200) == []


def test_it_cannot_write(log: Path) -> None:
    with DecisionReader(log)._open() as db:
        assert db is not None
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM decisions")
    assert len(DecisionReader(log).page(Filter(), limit=200).rows) == 120


def test_a_file_that_is_no_log_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "decisions.sqlite"
    path.write_bytes(b"this is not a database, and long enough to be taken for one" * 20)
    with pytest.raises(LogUnreadableError, match=r"decisions\.sqlite"):
        DecisionReader(path).page(Filter())


def test_a_log_without_its_table_yet_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "decisions.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE other (x)")
    assert DecisionReader(path).page(Filter()).rows == ()


def test_odd_reasons_are_shown_as_they_are(log: Path) -> None:
    with closing(sqlite3.connect(log)) as db, db:
        db.execute("UPDATE decisions SET reasons = 'not json' WHERE decision_id = 'dec-1'")
        db.execute("UPDATE decisions SET reasons = '{}' WHERE decision_id = 'dec-2'")
    found = [detail.row.reasons for i in (1, 2) if (detail := DecisionReader(log).get(f"dec-{i}"))]
    assert found == [("not json",), ("{}",)]


@pytest.mark.parametrize(
    ("chosen", "cursor"),
    [
        (Filter(), None),
        (Filter(), Cursor(500, older=True)),
        (Filter(intent="math", outcome="refused"), None),
        (Filter(intent="absent"), None),
    ],
)
def test_a_page_of_a_hundred_thousand_is_quick(big_state: Path, chosen: Filter, cursor: Cursor | None) -> None:
    reader = DecisionReader(big_state / "decisions.sqlite")
    assert min(_seconds(lambda: reader.page(chosen, cursor)) for _ in range(3)) < 0.2


def _seconds(work: object) -> float:
    assert callable(work)
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def test_what_stayed_what_left_and_what_was_refused(log: Path) -> None:
    rows = DecisionReader(log).page(Filter(), limit=1000).rows
    found = DecisionReader(log).crossings(0.0)
    assert [c.data_class for c in found] == ["restricted", "internal", "public"]
    for c in found:
        mine = [r for r in rows if r.data_class == c.data_class]
        assert c.stayed == sum(r.denied_by is None and r.location == "local" for r in mine)
        assert c.left == sum(r.denied_by is None and r.location == "cloud" for r in mine)
        assert c.refused == sum(r.denied_by == "data_boundary" for r in mine)
    assert DecisionReader(log).crossings(9e12) == []


def test_ratings_are_read_from_beside(log: Path, tmp_path: Path) -> None:
    reader, feedback = DecisionReader(log), tmp_path / "said.sqlite"
    assert reader.ratings("dec-0", feedback) == []
    judge(feedback, make_records(5, 1000.0), every=1)
    assert reader.ratings("dec-0", feedback) == ["good"]
    assert reader.ratings("dec-none", feedback) == []
