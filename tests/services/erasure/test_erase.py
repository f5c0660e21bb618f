import json
from pathlib import Path

import httpx
import psycopg
import pytest

from plugins.ledger.query import Question, found
from plugins.ledger.verify import verify
from services.database.migrate import libpq_url
from services.erasure.erase import erase
from services.erasure.parts import PartProblem, RunningParts
from services.erasure.subject import Subject
from services.supervisor.state import State
from tests.services.erasure.part import Kept
from tests.services.erasure.test_local import filled
from tests.services.erasure.test_spend import LOG, left

URLS = {"documents": "http://documents", "retrieval": "http://retrieval"}


def ledger(state: Path) -> list[dict[str, object]]:
    return [json.loads(line) for p in sorted((state / "ledger").glob("*.jsonl")) for line in p.read_text().splitlines()]


def test_everywhere_and_written_down(tmp_path: Path, database_state: tuple[Path, str]) -> None:
    _, url = database_state
    filled(tmp_path)
    with psycopg.connect(libpq_url(url)) as connection:
        connection.execute('INSERT INTO "LiteLLM_VerificationToken" (token, user_id) VALUES (%s, %s)', ("k1", "ada"))
        connection.execute(LOG, ("one", "k1", "ada", ""))
        connection.execute(LOG, ("two", "k2", "bob", ""))
    kept = Kept({"/files/f1": "k1", "/files/f2": "k2", "/v1/vector_stores/vs_1": "k1"})
    running = RunningParts(URLS, "i", httpx.MockTransport(kept))
    report = erase(State(tmp_path), {"DATABASE_URL": url}, Subject(user="ada"), running)
    assert dict(report.removed) == {
        "spend logs": 1, "pseudonyms": 1, "decisions": 2, "feedback": 2, "vector stores": 1, "files": 1,
    }  # fmt: skip
    assert report.left == ()
    assert report.subject.keys == {"k1"}
    assert left(url) == {"two"}
    assert set(kept.things) == {"/files/f2"}
    (record,) = [r for r in ledger(tmp_path) if r.get("event") == "erased"]
    assert (record["subject"], record["removed_files"], record["left"]) == ("user ada", 1, 0)
    assert verify(tmp_path / "ledger", []).problems == []
    assert [r["event"] for r in found(tmp_path / "ledger", Question(event="erased"))] == ["erased"]
    with psycopg.connect(libpq_url(url)) as connection:
        connection.execute('TRUNCATE "LiteLLM_SpendLogs", "LiteLLM_VerificationToken" CASCADE')


def test_what_a_part_keeps_that_does_not_run_is_told(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    report = erase(State(tmp_path), {}, Subject(key="k1"), RunningParts({}, ""))
    assert len(report.left) == 1
    assert "documents" in report.left[0]
    assert "signalbox up" in report.left[0]
    assert [r["left"] for r in ledger(tmp_path) if r.get("event") == "erased"] == [1]


def test_a_store(tmp_path: Path) -> None:
    kept = Kept({"/v1/vector_stores/vs_1": "k1"})
    running = RunningParts(URLS, "i", httpx.MockTransport(kept))
    assert erase(State(tmp_path), {}, Subject(store="vs_1"), running).removed == {"vector stores": 1}
    assert kept.things == {}
    with pytest.raises(PartProblem):
        erase(State(tmp_path), {}, Subject(store="vs_1"), RunningParts({}, ""))
