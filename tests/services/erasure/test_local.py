import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from plugins.routing.decision_log import DecisionLog
from plugins.routing.feedback import Feedback, FeedbackLog
from plugins.scrub.pseudonyms import Pseudonyms
from plugins.scrub.store import PseudonymStore
from services.erasure.local import TABLES, erase_rows
from tests.plugins.routing.test_decision_log import RECORD


def named(names: Pseudonyms) -> None:
    names.of("Anna Berg", "person")


def filled(state: Path) -> None:
    """Real files, as the gateway writes them."""
    store = PseudonymStore(state / "pseudonyms.sqlite", b"s")
    for key in ("k1", "k2"):
        store.grow(f"c-{key}", key, named)
    log, feedback = DecisionLog(state / "decisions.sqlite", 0), FeedbackLog(state / "feedback.sqlite")
    for key in ("k1", "k1", "k2"):
        log.put(replace(RECORD, key_id=key))
        feedback.put(Feedback(1.0, "d", key, "good", None, None))
    log.close()
    feedback.close()


def test_rows_of_these_keys_are_gone_and_others_stay(tmp_path: Path) -> None:
    filled(tmp_path)
    assert erase_rows(tmp_path, ["k1", "unknown"]) == {"pseudonyms": 1, "decisions": 2, "feedback": 2}
    for _, file, table in TABLES:
        with closing(sqlite3.connect(tmp_path / file)) as database:
            assert database.execute(f"SELECT DISTINCT key_id FROM {table}").fetchall() == [("k2",)]
    assert erase_rows(tmp_path, ["k1"]) == {"pseudonyms": 0, "decisions": 0, "feedback": 0}


def test_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    assert set(erase_rows(tmp_path, ["k1"]).values()) == {0}
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "decisions.sqlite").touch()
    assert set(erase_rows(tmp_path, ["k1"]).values()) == {0}
