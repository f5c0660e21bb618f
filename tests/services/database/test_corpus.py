"""Replays what LiteLLM 1.106.2 really sent, in order, on a database of its own."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from services.database.migrate import migrate
from services.database.postgres import Postgres
from tests.services.database import corpus
from tests.services.database.support import RunningEngine, RunningPart

KINDS = {
    "aggregate", "createMany", "createOne", "deleteMany", "deleteOne", "executeRaw", "findFirst", "findMany",
    "findUnique", "groupBy", "queryRaw", "updateMany", "updateOne", "upsertOne",
}  # fmt: skip
"""What LiteLLM was seen to send. The OrThrow forms, which its code has, are in test_operations.py."""

NOT_OF_AN_EMPTY_DATABASE = {"P2002", "P2003", "P2014", "P2025"}
"""Unique, foreign key, required relation, record not found: the rows that a recorded document needs may be missing."""

PROBE = re.compile(r'"SELECT 1 FROM \\"\w+\\" LIMIT 1"')
"""LiteLLM asks for its views like this at boot, and makes those that are missing: P2010 is the right answer."""


@pytest.fixture(scope="module")
def empty_engine(database: RunningPart) -> Iterator[RunningEngine]:
    postgres = Postgres(database.paths)
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE corpus OWNER litellm")
    url = postgres.url.replace("/litellm?", "/corpus?")
    migrate(url)
    running = RunningEngine({**database.gateway(), "DATABASE_URL": url}).start()
    yield running
    running.end()
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute("DROP DATABASE corpus WITH (FORCE)")


def test_every_document_replays(empty_engine: RunningEngine) -> None:
    wrong = []
    for entry in corpus.load():
        answer = empty_engine.post("/", entry["request"]).json()
        if corpus.outcome(answer) != entry["outcome"]:
            wrong.append((entry["operations"], entry["outcome"], str(answer)[:300]))
    assert wrong == []


def test_the_corpus_is_broad_and_its_errors_are_those_of_an_empty_database() -> None:
    entries = corpus.load()
    kinds = {re.match(r"[a-z]+(?:Many|One|First|Unique|Raw|By)?", o)[0] for e in entries for o in e["operations"]}  # type: ignore[index]
    assert kinds == KINDS
    assert any("batch" in entry["request"] for entry in entries)
    probes = [e for e in entries if any(PROBE.search(d) for d in corpus.documents(e["request"]))]
    assert {entry["outcome"] for entry in probes} == {"P2010"}
    outcomes = [entry["outcome"] for entry in entries if entry not in probes]
    assert set(outcomes) - {"data"} <= NOT_OF_AN_EMPTY_DATABASE
    assert outcomes.count("data") >= 0.9 * len(outcomes)


def test_the_corpus_holds_no_secret() -> None:
    for entry in corpus.load():
        text = "\n".join(corpus.documents(entry["request"]))
        assert corpus.scrub(text) == text or re.search(r"[0-9a-f]{64}", text)
        assert not re.search(r"sk-(?!scrubbed)[\w-]{4,}", text)
        assert not re.search(r"eyJ\w{10,}\.", text)
