"""Migrations: the ledger, two starters, a newer schema, failures; on databases of their own."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from services.database.migrate import (
    NOT_TRANSACTIONAL,
    MigrationError,
    libpq_url,
    migrate,
    migrations_directory,
    pending,
    statements,
)
from services.database.postgres import Postgres
from tests.services.database.support import RunningPart


@pytest.fixture
def url(database: RunningPart) -> Iterator[str]:
    postgres = Postgres(database.paths)
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE migrated OWNER litellm")
        yield postgres.url.replace("/litellm?", "/migrated?")
        admin.execute("DROP DATABASE migrated WITH (FORCE)")


def write(folder: Path, **scripts: str) -> Path:
    for name, script in scripts.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "migration.sql").write_text(script, encoding="utf-8")
    return folder


def ledger(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT migration_name, finished_at IS NOT NULL, rolled_back_at IS NOT NULL, applied_steps_count "
            "FROM _prisma_migrations ORDER BY started_at, migration_name"
        ).fetchall()


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in found} - {"_prisma_migrations"}


def test_litellms_own_are_complete_and_fast_when_done(database: RunningPart) -> None:
    postgres = Postgres(database.paths)
    names = sorted(p.parent.name for p in migrations_directory().glob("*/migration.sql"))
    assert [name for name, finished, _, _ in ledger(postgres.url) if finished] == names
    assert {"LiteLLM_VerificationToken", "LiteLLM_SpendLogs"} <= tables(postgres.url)
    begun = time.perf_counter()
    outcome = migrate(postgres.url)
    assert (outcome.applied, outcome.present) == ((), len(names))
    assert time.perf_counter() - begun < 0.5


def test_in_order_and_only_what_is_missing(url: str, tmp_path: Path) -> None:
    write(tmp_path, m1="CREATE TABLE a (x int);", m2="ALTER TABLE a ADD y int; INSERT INTO a VALUES (1, 2);")
    assert migrate(url, tmp_path).applied == ("m1", "m2")
    write(tmp_path, m3="CREATE TABLE b (x int)")
    outcome = migrate(url, tmp_path)
    assert (outcome.applied, outcome.present) == (("m3",), 2)
    assert ledger(url) == [("m1", True, False, 1), ("m2", True, False, 1), ("m3", True, False, 1)]


def test_what_is_pending_is_told_and_not_applied(url: str, tmp_path: Path) -> None:
    directory = write(tmp_path, a="CREATE TABLE a (x int)", b="CREATE TABLE b (x int)")
    assert pending(url, directory) == tuple(sorted(p.name for p in directory.iterdir()))
    assert tables(url) == set()
    migrate(url, directory)
    assert pending(url, directory) == ()


def test_two_starters_apply_each_once(url: str, tmp_path: Path) -> None:
    write(tmp_path, m1="CREATE TABLE a (x int); SELECT pg_sleep(0.3);", m2="CREATE TABLE b (x int)")
    with ThreadPoolExecutor(3) as threads:
        outcomes = list(threads.map(lambda _: migrate(url, tmp_path), range(3)))
    assert sorted(outcome.applied for outcome in outcomes) == [(), (), ("m1", "m2")]


def test_a_starter_that_waits_does_not_stop_an_index_from_being_built(url: str, tmp_path: Path) -> None:
    # Longer than deadlock_timeout (1 s), so that the second is waiting when the index is begun.
    index = "SELECT pg_sleep(1.2); CREATE INDEX CONCURRENTLY i ON a (x);"
    write(tmp_path, m1="CREATE TABLE a (x int);", m2=index)
    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(lambda _: migrate(url, tmp_path), range(2)))
    assert sorted(outcome.applied for outcome in outcomes) == [(), ("m1", "m2")]


def test_a_failure_is_rolled_back_and_names_the_file(url: str, tmp_path: Path) -> None:
    write(tmp_path, m1="CREATE TABLE a (x int);", m2="CREATE TABLE b (x int); CREATE TABLE a (x int);")
    with pytest.raises(MigrationError, match=r"m2/migration\.sql failed, it was rolled back: .*already exists"):
        migrate(url, tmp_path)
    assert tables(url) == {"a"}
    assert ledger(url) == [("m1", True, False, 1), ("m2", False, True, 0)]
    write(tmp_path, m2="CREATE TABLE b (x int);")
    assert migrate(url, tmp_path).applied == ("m2",)


def test_a_file_that_no_transaction_takes(url: str, tmp_path: Path) -> None:
    index = "CREATE TABLE a (x int);\n-- one; two\nCREATE INDEX CONCURRENTLY i ON a (x);\nINSERT INTO a VALUES (1);"
    write(tmp_path, m1=index)
    assert migrate(url, tmp_path).applied == ("m1",)
    write(tmp_path, m2="CREATE INDEX CONCURRENTLY j ON a (x); SELECT broken;")
    with pytest.raises(MigrationError, match="what it had done before stays"):
        migrate(url, tmp_path)
    with pytest.raises(MigrationError, match=r"m2 was begun and not finished.*set rolled_back_at"):
        migrate(url, tmp_path)


def test_a_newer_schema_refuses(url: str, tmp_path: Path) -> None:
    write(tmp_path, m1="SELECT 1", m2="SELECT 1", m9="SELECT 1")
    migrate(url, tmp_path)
    for name in ("m9", "m2"):
        (tmp_path / name / "migration.sql").unlink()
    with pytest.raises(MigrationError, match=r"newer than this LiteLLM.*the migration m9 and 1 more.*known here is m1"):
        migrate(url, tmp_path)


def test_an_older_one_that_is_no_longer_shipped_is_accepted(url: str, tmp_path: Path) -> None:
    write(tmp_path, m1="SELECT 1", m2="SELECT 1")
    migrate(url, tmp_path)
    (tmp_path / "m1" / "migration.sql").unlink()
    assert migrate(url, tmp_path).applied == ()


def test_no_migrations_is_an_installation_fault(url: str, tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="no migrations in"):
        migrate(url, tmp_path)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a; b;", ["a", "b"]),
        ("-- x; y\na;\n\n-- end;", ["-- x; y\na"]),
        ("SELECT ';', \"a;b\" /* ; */; b", ["SELECT ';', \"a;b\" /* ; */", "b"]),
        ("DO $x$ BEGIN a; END $x$; SELECT 'it''s;'", ["DO $x$ BEGIN a; END $x$", "SELECT 'it''s;'"]),
        ("DO $$ a; $$", ["DO $$ a; $$"]),
    ],
)
def test_statements(script: str, expected: list[str]) -> None:
    assert [part.decode() for part in statements(script.encode())] == expected


@pytest.mark.parametrize(
    ("script", "alone"),
    [
        ("CREATE INDEX CONCURRENTLY i ON a (x)", True),
        ("BEGIN;\nSELECT 1;\nCOMMIT;", True),
        ("VACUUM a", True),
        ("DO $$ BEGIN SELECT 1; END $$;", False),
        ("CREATE INDEX i ON a (x)", False),
    ],
)
def test_what_runs_outside_a_transaction(script: str, alone: bool) -> None:
    assert bool(NOT_TRANSACTIONAL.search(script.encode())) is alone


@pytest.mark.parametrize(
    ("prisma", "libpq"),
    [
        ("postgresql://u:p%40@h:1/d?connection_limit=5&pool_timeout=2&sslmode=require", "postgresql://u:p%40@h:1/d?sslmode=require"),
        ("postgresql://u@localhost/d?host=/run/x&schema=public", "postgresql://u@localhost/d?host=/run/x"),
        ("postgresql://u@h/d?schema=s", "postgresql://u@h/d?options=-csearch_path%3Ds"),
        ("postgresql://u@h/d?sslcert=/ca.pem&sslmode=verify-ca", "postgresql://u@h/d?sslrootcert=/ca.pem&sslmode=verify-ca"),
        ("postgresql://u@h/d?sslcert=/c.pem&sslkey=/k.pem", "postgresql://u@h/d?sslcert=/c.pem&sslkey=/k.pem"),
    ],
)  # fmt: skip
def test_libpq_url(prisma: str, libpq: str) -> None:
    assert libpq_url(prisma) == libpq
