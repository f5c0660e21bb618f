"""Judgments are kept, without text, and read newest first."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from plugins.routing.feedback import Feedback, FeedbackLog, decision_row, feedback_rows


def one(at: float, **more: str) -> Feedback:
    return Feedback(at, "dec_1", "k", "bad", "question", more.get("right"))


def test_what_is_put_is_read_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "feedback.sqlite"
    log = FeedbackLog(path)
    assert log.put(one(1.0))
    assert log.put(one(2.0, right="coding"))
    log.close()
    rows = feedback_rows(path)
    assert [(r["at"], r["right_intent"], r["decision_id"]) for r in rows] == [
        (2.0, "coding", "dec_1"),
        (1.0, None, "dec_1"),
    ]
    assert len(feedback_rows(path, 1)) == 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_yet(tmp_path: Path) -> None:
    assert feedback_rows(tmp_path / "x") == []
    assert decision_row(tmp_path / "x", "dec_1") is None
    sqlite3.connect(tmp_path / "empty").close()
    (tmp_path / "empty").touch()
    assert feedback_rows(tmp_path / "empty") == []
    assert decision_row(tmp_path / "empty", "dec_1") is None


def test_a_file_that_cannot_be_written_costs_its_judgment_only(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "no" / "such" / "folder")
    log.put(one(1.0))
    log.close()
    assert log.dropped == 1


def test_a_decision_by_its_id(tmp_path: Path) -> None:
    path = tmp_path / "decisions.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE decisions (decision_id, key_id, intent)")
        db.execute("INSERT INTO decisions VALUES ('dec_1', 'k', 'math')")
    assert decision_row(path, "dec_1") == {"key_id": "k", "intent": "math"}
    assert decision_row(path, "dec_2") is None
