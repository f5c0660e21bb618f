"""What LiteLLM's database keeps of requests: spend logs.

Knows: the tables of requests and keys. Does not know: what a key or a user may do: those stay, and so do sums by day,
which name no request.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from services.database.migrate import libpq_url

_KEYS = """
SELECT token FROM "LiteLLM_VerificationToken" WHERE user_id = %(user)s
UNION SELECT token FROM "LiteLLM_DeletedVerificationToken" WHERE user_id = %(user)s
UNION SELECT api_key FROM "LiteLLM_SpendLogs" WHERE "user" = %(user)s AND api_key <> ''
"""
_OF_KEYS = 'DELETE FROM "LiteLLM_SpendLogs" WHERE api_key = ANY(%(keys)s)'
_OF_USER = 'DELETE FROM "LiteLLM_SpendLogs" WHERE "user" = %(user)s OR end_user = %(user)s'


def keys_of(url: str, user: str) -> frozenset[str]:
    """Hashes of all keys that a user has or had. Raises psycopg.Error."""
    with psycopg.connect(libpq_url(url)) as connection:
        if not _has_tables(connection):
            return frozenset()
        return frozenset(row[0] for row in connection.execute(_KEYS, {"user": user}).fetchall())


def erase_spend(url: str, keys: Iterable[str], user: str | None) -> int:
    """How many logs of requests were removed. Raises psycopg.Error."""
    with psycopg.connect(libpq_url(url)) as connection:
        if not _has_tables(connection):
            return 0
        removed = connection.execute(_OF_KEYS, {"keys": list(keys)}).rowcount
        if user is not None:
            removed += connection.execute(_OF_USER, {"user": user}).rowcount
        return removed


def _has_tables(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    found = connection.execute("SELECT to_regclass('\"LiteLLM_SpendLogs\"')").fetchone()
    return found is not None and found[0] is not None
