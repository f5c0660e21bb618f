"""The database of a state directory, running for as long as it is needed.

Knows: whether `up` runs it already, whether it is the user's own. Does not know: what is done with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from services.backup.errors import BackupError
from services.common.settings import read_secret
from services.database.environment import has_own_database
from services.database.files import StateInUseError, exclusive
from services.database.owned import AccountError
from services.database.paths import StatePaths
from services.database.postgres import Postgres, PostgresError


@contextmanager
def running_database(state: Path, environ: Mapping[str, str], *, up_runs: bool) -> Iterator[str | None]:
    """The database's URL; None where none was ever made. An embedded one that does not run is started and stopped.

    Raises BackupError.
    """
    if has_own_database(environ):
        yield environ["DATABASE_URL"]
        return
    paths = StatePaths.of(state)
    if up_runs:
        password = read_secret(paths.secrets / "postgres.password")
        yield paths.postgres_url(password) if password else None
    elif (paths.postgres_data / "PG_VERSION").exists():
        with started(paths) as url:
            yield url
    else:
        yield None


@contextmanager
def started(paths: StatePaths) -> Iterator[str]:
    """The embedded Postgres of ``paths``, made where there is none, stopped at the end. Raises BackupError."""
    try:
        with exclusive(paths.run / "database.lock"):
            server = Postgres(paths)
            try:
                server.launch()
                server.wait_ready()
                yield server.url
            finally:
                server.stop()
    except (PostgresError, AccountError, StateInUseError) as error:
        raise BackupError(str(error)) from error
