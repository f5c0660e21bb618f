"""Postgres: reachable, and its schema this version's. Looks only; no secret is made and nothing is migrated."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from services.common.settings import read_secret
from services.database.environment import has_own_database
from services.database.migrate import MigrationError, pending
from services.database.postgres import PostgresError, find_binaries
from services.doctor.finding import Finding
from services.doctor.site import Site


def check(site: Site) -> Iterator[Finding]:
    """One finding: of the server where it should answer now, else of the embedded one's files."""
    if has_own_database(site.options.environ):
        yield reach(site.options.environ["DATABASE_URL"], "DATABASE_URL")
    elif site.pid is not None and (password := read_secret(site.database.secrets / "postgres.password")):
        yield reach(site.database.postgres_url(password), "the embedded Postgres")
    else:
        yield files(site)


def reach(url: str, named: str) -> Finding:
    """Connects and compares the migrations."""
    try:
        missing = pending(url)
    except psycopg.OperationalError as error:
        why = str(error).strip().splitlines()[-1]
        return Finding("database", "fail", f"{named} cannot be reached: {why}", "start it, or correct its address")
    except (MigrationError, psycopg.Error) as error:
        return Finding("database", "fail", f"{named} answers, and its schema is not usable", str(error))
    if missing:
        todo = "they are applied at the next `signalbox up`: make a backup before"
        return Finding("database", "warn", f"{named} answers; {len(missing)} migrations are not applied yet", todo)
    return Finding("database", "ok", f"{named} answers, and its schema is current")


def files(site: Site) -> Finding:
    """The embedded Postgres while nothing runs."""
    try:
        binaries = find_binaries(site.database.postgres_data)
    except PostgresError as error:
        return Finding("database", "fail", "the embedded Postgres cannot run", str(error))
    made = (site.database.postgres_data / "PG_VERSION").exists()
    what = "its data is there" if made else "its data is made at the first start"
    return Finding("database", "ok", f"embedded Postgres {binaries.version}, not running; {what}")
