"""Uploaded files: an index in SQLite and one file of bytes for each, under the state directory.

Knows: owners (key and team), quotas, expiry, the data class that a file carries. Does not know: HTTP, formats. A file
is seen by its key, by its key's team, and by administrators; to everybody else it does not exist.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLASSES = ("public", "internal", "restricted")
_CREATE = """CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY, key_id TEXT NOT NULL, team_id TEXT, filename TEXT NOT NULL, media_type TEXT NOT NULL,
    purpose TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, class TEXT NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER, problem TEXT) WITHOUT ROWID"""
_COLUMNS = (
    "id", "key_id", "team_id", "filename", "media_type", "purpose", "bytes", "sha256", "class", "created_at",
    "expires_at", "problem",
)  # fmt: skip


class StoreFull(Exception):  # noqa: N818 - an answer to the caller, no fault
    """The key's quota is used up; ``args[0]`` says of what."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who asks. ``admin`` sees every file."""

    key_id: str
    team_id: str | None = None
    admin: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file. ``data_class``: the highest class known of it. ``problem``: the code of why it cannot be read, None
    where it can or where nobody tried."""

    id: str
    key_id: str
    team_id: str | None
    filename: str
    media_type: str
    purpose: str
    bytes: int
    sha256: str
    data_class: str
    created_at: int
    expires_at: int | None
    problem: str | None


class Store:
    """Safe for threads. ``quota_bytes`` and ``max_files`` hold for each key."""

    def __init__(self, folder: Path, quota_bytes: int, max_files: int, clock: Callable[[], float] = time.time) -> None:
        self._blobs = folder / "blobs"
        self._blobs.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._quota, self._max_files, self._clock = quota_bytes, max_files, clock
        self._lock = threading.Lock()
        self._db = sqlite3.connect(folder / "files.sqlite", isolation_level=None, check_same_thread=False, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.execute(_CREATE)
        (folder / "files.sqlite").chmod(0o600)
        self._sweep_strays()

    def add(
        self, owner: Owner, source: Path, *, filename: str, media_type: str, purpose: str, size: int, sha256: str,
        data_class: str, expires_at: int | None,
    ) -> StoredFile:  # fmt: skip
        """Moves ``source`` into the store; on disk before this returns. Raises StoreFull."""
        made = StoredFile(
            f"file-{secrets.token_hex(12)}", owner.key_id, owner.team_id, filename, media_type, purpose, size, sha256,
            data_class, int(self._clock()), expires_at, None,
        )  # fmt: skip
        with self._lock:
            used, count = self._db.execute(
                "SELECT coalesce(sum(bytes), 0), count(*) FROM files WHERE key_id = ?", (owner.key_id,)
            ).fetchone()
            if used + size > self._quota:
                raise StoreFull(f"{self._quota // 2**20} MiB")
            if count >= self._max_files:
                raise StoreFull(f"{self._max_files} files")
            _synced(source)
            os.replace(source, self.path(made.id))
            marks = ", ".join("?" for _ in _COLUMNS)
            self._db.execute(f"INSERT INTO files ({', '.join(_COLUMNS)}) VALUES ({marks})", _row(made))  # noqa: S608
        return made

    def get(self, owner: Owner, file_id: str) -> StoredFile | None:
        """The file, None where there is none for this owner."""
        self.purge()
        with self._lock:
            row = self._db.execute(f"SELECT {', '.join(_COLUMNS)} FROM files WHERE id = ?", (file_id,)).fetchone()  # noqa: S608
        found = StoredFile(*row) if row else None
        return found if found is not None and _may(owner, found) else None

    def listed(
        self, owner: Owner, *, purpose: str | None, after: str | None, limit: int, ascending: bool
    ) -> tuple[list[StoredFile], bool]:
        """(files, whether there are more), newest first unless ``ascending``; those behind ``after``."""
        self.purge()
        where, values = ["1"], list[Any]()
        if not owner.admin:
            where.append("(key_id = ? OR (team_id IS NOT NULL AND team_id = ?))")
            values += [owner.key_id, owner.team_id]
        if purpose is not None:
            where.append("purpose = ?")
            values.append(purpose)
        last = self.get(owner, after) if after else None
        sign, order = (">", "ASC") if ascending else ("<", "DESC")
        if last is not None:
            where.append(f"(created_at, id) {sign} (?, ?)")
            values += [last.created_at, last.id]
        query = f"SELECT {', '.join(_COLUMNS)} FROM files WHERE {' AND '.join(where)} "  # noqa: S608 - our own words
        query += f"ORDER BY created_at {order}, id {order} LIMIT ?"
        with self._lock:
            rows = self._db.execute(query, (*values, limit + 1)).fetchall()
        return [StoredFile(*row) for row in rows[:limit]], len(rows) > limit

    def mark(self, file_id: str, data_class: str, problem: str | None) -> None:
        """Raises the file's class, never lowers it, and notes why it cannot be read."""
        rank = CLASSES.index(data_class)
        with self._lock:
            row = self._db.execute("SELECT class FROM files WHERE id = ?", (file_id,)).fetchone()
            if row is not None:
                highest = CLASSES[max(rank, CLASSES.index(row[0]))]
                self._db.execute("UPDATE files SET class = ?, problem = ? WHERE id = ?", (highest, problem, file_id))

    def delete(self, owner: Owner, file_id: str) -> bool:
        """Whether there was such a file for this owner; it is gone from disk before this returns."""
        if self.get(owner, file_id) is None:
            return False
        self._remove([file_id])
        return True

    def purge(self) -> int:
        """Removes what has expired; how many files."""
        with self._lock:
            rows = self._db.execute("SELECT id FROM files WHERE expires_at <= ?", (int(self._clock()),)).fetchall()
        self._remove([row[0] for row in rows])
        return len(rows)

    def path(self, file_id: str) -> Path:
        """Where the bytes are."""
        return self._blobs / file_id

    def close(self) -> None:
        """Closes the index."""
        with self._lock:
            self._db.close()

    def _remove(self, ids: list[str]) -> None:
        for file_id in ids:
            self.path(file_id).unlink(missing_ok=True)
            with self._lock:
                self._db.execute("DELETE FROM files WHERE id = ?", (file_id,))

    def _sweep_strays(self) -> None:
        """Bytes without an entry: a crash between the two."""
        known = {row[0] for row in self._db.execute("SELECT id FROM files")}
        for path in self._blobs.iterdir():
            if path.name not in known:
                path.unlink()


def _may(owner: Owner, file: StoredFile) -> bool:
    same_team = owner.team_id is not None and owner.team_id == file.team_id
    return owner.admin or owner.key_id == file.key_id or same_team


def _row(file: StoredFile) -> tuple[Any, ...]:
    return tuple(getattr(file, "data_class" if name == "class" else name) for name in _COLUMNS)


def _synced(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
