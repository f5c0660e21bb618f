"""Postgres's own dump and restore. Knows: pg_dump's custom format, which tool fits which server.

The tools run with the password in their environment, never in their arguments. Dumps leave owners and grants out, so
one from the embedded server fits one of the user's own, and the other way round.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

import psycopg

from services.backup.errors import BackupError
from services.database.migrate import libpq_url
from services.database.postgres import PostgresError, find_binaries


def server_major(url: str) -> int:
    """The server's major version. Raises BackupError where it cannot be reached."""
    with _connected(url) as connection:
        return connection.info.server_version // 10000


def migrations_in(url: str) -> list[str]:
    """The names of the finished migrations; empty where there are none yet."""
    with _connected(url) as connection:
        if connection.execute("SELECT to_regclass('_prisma_migrations')").fetchone() == (None,):
            return []
        rows = connection.execute(
            "SELECT DISTINCT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1"
        ).fetchall()
    return [str(name) for (name,) in rows]


def is_empty(url: str) -> bool:
    """Whether there is no table in the database but the system's."""
    query = "SELECT 1 FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LIMIT 1"
    with _connected(url) as connection:
        return connection.execute(query).fetchone() is None


def dump(url: str, target: Path) -> None:
    """Writes one consistent picture of the database, 0600. Raises BackupError."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    tool = find_tool("pg_dump", server_major(url), own=not _by_socket(url))
    _run(tool, url, "--format=custom", "--no-owner", "--no-acl", f"--file={target}")


def load(url: str, source: Path) -> None:
    """Brings a dump into an empty database, in one transaction: all of it or nothing. Raises BackupError."""
    tool = find_tool("pg_restore", server_major(url), own=not _by_socket(url))
    _run(tool, url, "--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", str(source))


def find_tool(name: str, major: int, *, own: bool = False) -> str:
    """The oldest tool that is not older than the server; ours before the system's of the same version.

    ``own``: the server is the user's, so the system's goes first: ours know no TLS. Raises BackupError.
    """
    found = [*map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), shutil.which(name) or ""]
    with contextlib.suppress(PostgresError):
        found.insert(len(found) if own else 0, find_binaries(Path("/nonexistent")).path(name))
    fitting = [(version, tool) for tool in found if Path(tool).is_file() and (version := _major(tool)) >= major]
    if fitting:
        return min(fitting, key=lambda one: one[0])[1]
    raise BackupError(
        f"the database runs Postgres {major}, and no {name} of that version or newer is here: install the Postgres "
        f"client (package postgresql-client-{major})"
    )


def _by_socket(url: str) -> bool:
    return dict(parse_qsl(urlsplit(url).query)).get("host", "").startswith("/")


def _major(tool: str) -> int:
    said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False, timeout=20).stdout
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0


def _connected(url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(libpq_url(url), autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        why = str(error).strip().splitlines()[-1]
        raise BackupError(f"the database cannot be reached: {why}. Start it, or correct DATABASE_URL") from error


def _run(tool: str, url: str, *arguments: str) -> None:
    parts = urlsplit(libpq_url(url))
    user, _, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    bare = urlunsplit(parts._replace(netloc=f"{name}@{host}" if name else host))
    env = {**os.environ, **({"PGPASSWORD": unquote(password)} if password else {})}
    done = subprocess.run(
        [tool, f"--dbname={bare}", "--no-password", *arguments], capture_output=True, text=True, check=False, env=env
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise BackupError(f"{Path(tool).name} failed: {said[-1] if said else done.returncode}")
