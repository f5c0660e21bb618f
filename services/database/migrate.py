"""LiteLLM's migrations, applied in order, with Prisma's ledger kept.

Knows the format of `litellm_proxy_extras/migrations/<name>/migration.sql` and of the table `_prisma_migrations`, so
that `prisma migrate deploy`, the official engine or a bigger server can take over later and find nothing to do. Knows
nothing of what the migrations do.
"""

import hashlib
import importlib.util
import re
import time
import uuid
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg

PRISMA_LOCK = 72707369
"""The advisory lock that `prisma migrate` takes (prisma-engines, schema-engine), so both exclude each other."""

LOCK_SECONDS = 120
LOCK_POLL_SECONDS = 0.1

# The ledger exactly as Prisma 5 makes it.
LEDGER = """CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)"""

# Statements that Postgres refuses inside a transaction, or that end one: such a file runs on its own.
NOT_TRANSACTIONAL = re.compile(
    rb"\bCONCURRENTLY\b|^\s*(?:BEGIN|COMMIT|ROLLBACK|START\s+TRANSACTION)\b\s*;|^\s*(?:VACUUM|ALTER\s+SYSTEM)\b",
    re.IGNORECASE | re.MULTILINE,
)

LIBPQ_PARAMETERS = frozenset(
    {
        "application_name",
        "channel_binding",
        "connect_timeout",
        "dbname",
        "host",
        "hostaddr",
        "keepalives",
        "options",
        "password",
        "port",
        "service",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslnegotiation",
        "sslpassword",
        "sslrootcert",
        "target_session_attrs",
        "user",
    }
)


class MigrationError(RuntimeError):
    """The schema cannot be brought to this version; the message names the file or the version and says what to do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `migrate` did: names applied now, how many were there before, seconds taken."""

    applied: tuple[str, ...]
    present: int
    seconds: float


def migrations_directory() -> Path:
    """Where the installed LiteLLM keeps its migrations. Raises `MigrationError`."""
    spec = importlib.util.find_spec("litellm_proxy_extras")
    if spec is None or spec.origin is None:
        raise MigrationError("litellm-proxy-extras is not installed: run make install")
    return Path(spec.origin).parent / "migrations"


def libpq_url(url: str) -> str:
    """A Prisma database URL as libpq understands it: unknown parameters dropped, `schema` as search path."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query)
    kept = [(name, value) for name, value in query if name in LIBPQ_PARAMETERS]
    given = dict(query)
    # Prisma's `sslcert` is the server's root certificate unless there is a key beside it.
    if "sslcert" in given and "sslkey" not in given:
        kept = [("sslrootcert" if name == "sslcert" else name, value) for name, value in kept]
    if (schema := given.get("schema")) and schema != "public":
        kept.append(("options", f"-csearch_path={schema}"))
    return urlunsplit(parts._replace(query=urlencode(kept, safe="/")))


def migrate(url: str, directory: Path | None = None) -> Outcome:
    """Applies what is missing. Two callers at once: the second waits, then finds nothing to do.

    Raises `MigrationError` if the database is newer than the code, holds an unfinished migration, or one fails;
    `psycopg.OperationalError` if the database cannot be reached.
    """
    begun = time.perf_counter()
    directory = directory or migrations_directory()
    known = sorted(entry.name for entry in directory.iterdir() if (entry / "migration.sql").exists())
    if not known:
        raise MigrationError(f"no migrations in {directory}: run make install")
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        # Up to date is the ordinary case: told by one query, without the lock and without reading a file.
        finished, unfinished = _ledger(connection)
        missing = _missing(known, finished)
        if not missing and not unfinished:
            return Outcome((), len(finished), time.perf_counter() - begun)
        _lock(connection)
        connection.execute(LEDGER)
        finished, unfinished = _ledger(connection)
        _refuse_unfinished(unfinished, directory)
        missing = _missing(known, finished)
        for name in missing:
            _apply(connection, directory / name / "migration.sql")
    return Outcome(tuple(missing), len(finished), time.perf_counter() - begun)


def pending(url: str, directory: Path | None = None) -> tuple[str, ...]:
    """Names that `migrate` would apply; changes nothing. Raises as `migrate` does."""
    directory = directory or migrations_directory()
    known = sorted(entry.name for entry in directory.iterdir() if (entry / "migration.sql").exists())
    with psycopg.connect(libpq_url(url), autocommit=True, connect_timeout=5) as connection:
        finished, unfinished = _ledger(connection)
    _refuse_unfinished(unfinished, directory)
    return tuple(_missing(known, finished))


def _ledger(connection: psycopg.Connection) -> tuple[set[str], list[str]]:
    if connection.execute("SELECT to_regclass('_prisma_migrations')").fetchone() == (None,):
        return set(), []
    rows = connection.execute(
        "SELECT migration_name, finished_at IS NOT NULL FROM _prisma_migrations WHERE rolled_back_at IS NULL"
    ).fetchall()
    finished = {name for name, done in rows if done}
    return finished, [name for name, done in rows if not done and name not in finished]


def _missing(known: list[str], finished: set[str]) -> list[str]:
    """Names still to apply. They start with a timestamp, so a later one that we do not know is from a newer version."""
    newer = sorted(name for name in finished - set(known) if name > known[-1])
    if newer:
        raise MigrationError(
            f"the database is newer than this LiteLLM {version('litellm')}: it holds the migration {newer[-1]}"
            f"{f' and {len(newer) - 1} more' if len(newer) > 1 else ''}, and the newest known here is {known[-1]}. "
            "Start the version that made it, or restore a backup from before the upgrade"
        )
    return [name for name in known if name not in finished]


def _lock(connection: psycopg.Connection) -> None:
    """Asks again and again instead of waiting in the server: a statement that waits holds a snapshot, and the other's
    CREATE INDEX CONCURRENTLY would wait for that one to end, until Postgres breaks the deadlock by failing it."""
    deadline = time.monotonic() + LOCK_SECONDS
    while connection.execute("SELECT pg_try_advisory_lock(%s)", [PRISMA_LOCK]).fetchone() != (True,):
        if time.monotonic() > deadline:
            raise MigrationError(f"another process has been migrating this database for {LOCK_SECONDS} s")
        time.sleep(LOCK_POLL_SECONDS)


def _refuse_unfinished(unfinished: list[str], directory: Path) -> None:
    if not unfinished:
        return
    name = unfinished[0]
    raise MigrationError(
        f"the migration {name} was begun and not finished, and it cannot be rolled back as a whole. Look at "
        f"{directory / name / 'migration.sql'} and at the column logs of _prisma_migrations, undo what it did, set "
        "rolled_back_at = now() in its line of that table, and start again"
    )


def _apply(connection: psycopg.Connection, file: Path) -> None:
    """One migration and its line of the ledger, in one transaction wherever the file allows it."""
    script = file.read_bytes()
    identity, checksum, name = str(uuid.uuid4()), hashlib.sha256(script).hexdigest(), file.parent.name
    whole = NOT_TRANSACTIONAL.search(script) is None
    begin = "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES (%s, %s, %s)"
    finish = "UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = %s"
    try:
        if whole:
            with connection.transaction():
                connection.execute(begin, [identity, checksum, name])
                connection.execute(script)
                connection.execute(finish, [identity])
        else:
            connection.execute(begin, [identity, checksum, name])
            for statement in statements(script):
                connection.execute(statement)
            connection.execute(finish, [identity])
    except psycopg.Error as error:
        _note_failure(connection, (identity, checksum, name), str(error), rolled_back=whole)
        state = "it was rolled back" if whole else "what it had done before stays (it cannot run in a transaction)"
        raise MigrationError(f"the migration {file} failed, {state}: {error}") from error


def _note_failure(connection: psycopg.Connection, line: tuple[str, str, str], logs: str, *, rolled_back: bool) -> None:
    if connection.closed:
        return
    if rolled_back:
        connection.execute(
            "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs, rolled_back_at) "
            "VALUES (%s, %s, %s, %s, now())",
            [*line, logs],
        )
    else:
        connection.execute("UPDATE _prisma_migrations SET logs = %s WHERE id = %s", [logs, line[0]])


_TOKEN = re.compile(rb"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\1\$|;", re.DOTALL)


def statements(script: bytes) -> list[bytes]:
    """A script's statements, each to be sent alone: several in one message would share a transaction.

    Knows comments, quotes and dollar quotes, so a semicolon inside one does not end a statement.
    """
    found: list[bytes] = []
    start = 0
    for token in _TOKEN.finditer(script):
        if token[0] == b";":
            found.append(script[start : token.start()])
            start = token.end()
    found.append(script[start:])
    return [part.strip() for part in found if re.sub(rb"--[^\n]*|/\*.*?\*/", b"", part, flags=re.DOTALL).strip()]
