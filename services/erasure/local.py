"""What this gateway itself keeps of a key under its state directory: rows in SQLite files.

Knows: the files, and which column names the key. Does not know: what the rows mean. A file that is not there holds
nothing. What is deleted is overwritten, in the file and in its write-ahead log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

TABLES: tuple[tuple[str, str, str], ...] = (
    ("pseudonyms", "pseudonyms.sqlite", "pseudonyms"),
    ("decisions", "decisions.sqlite", "decisions"),
    ("feedback", "feedback.sqlite", "feedback"),
)
"""What it is called, the file, the table. Each has a column ``key_id``."""

BUSY_S = 10.0


def erase_rows(state: Path, keys: Iterable[str]) -> dict[str, int]:
    """How many rows of each were removed. Raises sqlite3.Error."""
    return {name: _erase(state / file, table, list(keys)) for name, file, table in TABLES}


def _erase(path: Path, table: str, keys: list[str]) -> int:
    if not path.exists() or not keys:
        return 0
    with closing(sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete = ON")
        if database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is None:
            return 0
        removed = 0
        for key in keys:
            removed += database.execute(f"DELETE FROM {table} WHERE key_id = ?", (key,)).rowcount  # noqa: S608
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return removed
