"""Dump and restore with a real Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from services.backup import postgres
from services.backup.errors import BackupError
from services.backup.server import started
from services.database.migrate import libpq_url
from services.database.paths import StatePaths
from tests.support.proxy import free_port


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with started(StatePaths.of(tmp_path_factory.mktemp("pg"))) as running:
        yield running


def test_there_and_back_all_or_nothing(url: str, tmp_path: Path) -> None:
    with psycopg.connect(libpq_url(url), autocommit=True) as db:
        assert postgres.is_empty(url)
        assert postgres.migrations_in(url) == []
        db.execute("CREATE TABLE _prisma_migrations (migration_name text, finished_at timestamptz)")
        db.execute("INSERT INTO _prisma_migrations VALUES ('m1', now()), ('m2', NULL)")
        db.execute("CREATE TABLE keys (x text PRIMARY KEY)")
        db.execute("INSERT INTO keys VALUES ('a'), ('ß')")
        assert postgres.migrations_in(url) == ["m1"]
        postgres.dump(url, tmp_path / "d")
        assert (tmp_path / "d").stat().st_mode & 0o777 == 0o600
        db.execute("DROP TABLE _prisma_migrations")
        with pytest.raises(BackupError, match="pg_restore failed"):
            postgres.load(url, tmp_path / "d")  # keys is still there
        assert postgres.migrations_in(url) == [], "nothing of it was brought in"
        db.execute("DROP TABLE keys")
        postgres.load(url, tmp_path / "d")
        assert db.execute("SELECT x FROM keys ORDER BY x").fetchall() == [("a",), ("ß",)]
        assert not postgres.is_empty(url)


def test_a_server_that_is_not_there_and_no_password_is_said(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be reached") as caught:
        postgres.dump(f"postgresql://u:very-secret@127.0.0.1:{free_port()}/x", tmp_path / "d")
    assert "very-secret" not in str(caught.value)


def test_a_tool_that_is_new_enough(url: str) -> None:
    assert postgres.server_major(url) >= 14
    assert Path(postgres.find_tool("pg_dump", 14)).is_file()
    assert Path(postgres.find_tool("pg_restore", 14, own=True)).is_file()
    with pytest.raises(BackupError, match="postgresql-client-99"):
        postgres.find_tool("pg_dump", 99)
