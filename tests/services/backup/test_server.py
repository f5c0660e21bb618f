"""The database, for as long as it is needed."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from services.backup.errors import BackupError
from services.backup.server import running_database, started
from services.database.files import exclusive
from services.database.migrate import libpq_url
from services.database.paths import StatePaths


def test_one_that_does_not_run_is_started_and_stopped(tmp_path: Path) -> None:
    with running_database(tmp_path, {}, up_runs=False) as url:
        assert url is None, "none was ever made, and none is made now"
    with started(StatePaths.of(tmp_path)):
        pass
    with running_database(tmp_path, {}, up_runs=False) as url:
        assert url is not None
        psycopg.connect(libpq_url(url)).close()
        with pytest.raises(BackupError, match="already runs the database"), started(StatePaths.of(tmp_path)):
            pass
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(libpq_url(url))


def test_one_that_runs_and_one_of_the_users_are_only_named(tmp_path: Path) -> None:
    with running_database(tmp_path, {"DATABASE_URL": "postgresql://h/x"}, up_runs=False) as url:
        assert url == "postgresql://h/x"
    with running_database(tmp_path, {}, up_runs=True) as url:
        assert url is None
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "postgres.password").write_text("word\n")
    with exclusive(tmp_path / "run" / "database.lock"), running_database(tmp_path, {}, up_runs=True) as url:
        assert url is not None
        assert ":word@" in url
