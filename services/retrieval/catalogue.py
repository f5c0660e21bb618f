"""Stores, files and batches in one SQLite file.

Knows: SQL, who may see a store. Does not know: chunks, vectors, HTTP. What a caller was told is on disk: every
write is one transaction, synchronous.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from services.retrieval.owner import Owner
from services.retrieval.records import BatchRecord, FileRecord, StoreRecord

_SCHEMA = """
CREATE TABLE IF NOT EXISTS stores (id TEXT PRIMARY KEY, key_id TEXT, team_id TEXT, name TEXT, description TEXT,
  metadata TEXT, created_at INTEGER, last_active_at INTEGER, expires_days INTEGER, model TEXT, digest TEXT,
  generation INTEGER);
CREATE TABLE IF NOT EXISTS files (store_id TEXT, file_id TEXT, filename TEXT, status TEXT, created_at INTEGER,
  asked_by TEXT, attributes TEXT, static INTEGER, max_chunk INTEGER, overlap INTEGER, usage_bytes INTEGER,
  chunks INTEGER, data_class TEXT, error TEXT, batch_id TEXT, tries INTEGER, retry_at REAL,
  PRIMARY KEY (store_id, file_id));
CREATE INDEX IF NOT EXISTS files_by_status ON files (status);
CREATE TABLE IF NOT EXISTS batches (id TEXT PRIMARY KEY, store_id TEXT, created_at INTEGER, cancelled INTEGER);
"""
HELD = 64
"""Stores whose files are held in memory."""

_JSON = frozenset({"metadata", "asked_by", "attributes", "error"})
_FLAGS = frozenset({"static", "cancelled"})

Record = TypeVar("Record", StoreRecord, FileRecord, BatchRecord)
_TABLES: dict[type[Any], tuple[str, tuple[str, ...]]] = {
    StoreRecord: ("stores", ("id",)),
    FileRecord: ("files", ("store_id", "file_id")),
    BatchRecord: ("batches", ("id",)),
}


class Catalogue:
    """Safe for threads. ``path``'s folder must be there."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)
        self._files: dict[str, dict[str, FileRecord]] = {}
        path.chmod(0o600)

    def put(self, *records: StoreRecord | FileRecord | BatchRecord) -> None:
        """Writes all of them at once, each over the one of the same id."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for record in records:
                    table, _ = _TABLES[type(record)]
                    values = {k: json.dumps(v) if k in _JSON else v for k, v in asdict(record).items()}
                    marks = ", ".join("?" for _ in values)
                    names = ", ".join(values)
                    self._db.execute(
                        f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - our own names
                        tuple(values.values()),
                    )
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            for record in records:
                if isinstance(record, FileRecord) and record.store_id in self._files:
                    self._files[record.store_id][record.file_id] = record

    def change(self, file: FileRecord, change: Callable[[FileRecord], FileRecord | None]) -> FileRecord | None:
        """Reads the file anew, and writes what ``change`` makes of it, in one step; None where either is none."""
        with self._lock:
            found = self.file(file.store_id, file.file_id)
            made = None if found is None else change(found)
            if made is not None:
                self.put(made)
            return made

    def store(self, store_id: str, owner: Owner | None = None) -> StoreRecord | None:
        """The store, where it exists for ``owner`` (None: for us)."""
        found = self._one(StoreRecord, store_id)
        return found if found is not None and (owner is None or owner.may(found.key_id, found.team_id)) else None

    def stores(self, owner: Owner | None = None) -> list[StoreRecord]:
        """All that exist for ``owner``, oldest first."""
        found = self._many(StoreRecord, "SELECT * FROM stores ORDER BY created_at, rowid")
        return [s for s in found if owner is None or owner.may(s.key_id, s.team_id)]

    def file(self, store_id: str, file_id: str) -> FileRecord | None:
        """The file in that store."""
        return self._one(FileRecord, store_id, file_id)

    def files(self, store_id: str, batch_id: str | None = None) -> list[FileRecord]:
        """The files of a store, or of one of its batches, oldest first. Those of the stores asked for last are held:
        each search asks, and reading 5,000 of them takes longer than the search."""
        with self._lock:
            held = self._files.pop(store_id, None)
            if held is None:
                query = "SELECT * FROM files WHERE store_id = ? ORDER BY created_at, rowid"
                held = {file.file_id: file for file in self._many(FileRecord, query, store_id)}
            self._files[store_id] = held
            while len(self._files) > HELD:
                del self._files[next(iter(self._files))]
            found = list(held.values())
        return found if batch_id is None else [file for file in found if file.batch_id == batch_id]

    def unfinished(self) -> list[FileRecord]:
        """Every file that is in progress."""
        return self._many(FileRecord, "SELECT * FROM files WHERE status = 'in_progress' ORDER BY created_at, rowid")

    def batch(self, store_id: str, batch_id: str) -> BatchRecord | None:
        """The batch of that store."""
        found = self._one(BatchRecord, batch_id)
        return found if found is not None and found.store_id == store_id else None

    def remove_file(self, store_id: str, file_id: str) -> bool:
        """Whether it was there."""
        with self._lock:
            done = self._db.execute("DELETE FROM files WHERE store_id = ? AND file_id = ?", (store_id, file_id))
            self._files.get(store_id, {}).pop(file_id, None)
            return done.rowcount > 0

    def remove_store(self, store_id: str) -> None:
        """With its files and batches."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            for table, column in (("files", "store_id"), ("batches", "store_id"), ("stores", "id")):
                self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (store_id,))  # noqa: S608
            self._db.execute("COMMIT")
            self._files.pop(store_id, None)

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()

    def _one(self, kind: type[Record], *ids: str) -> Record | None:
        table, keys = _TABLES[kind]
        where = " AND ".join(f"{key} = ?" for key in keys)
        found = self._many(kind, f"SELECT * FROM {table} WHERE {where}", *ids)  # noqa: S608
        return found[0] if found else None

    def _many(self, kind: type[Record], query: str, *values: Any) -> list[Record]:
        with self._lock:
            rows = self._db.execute(query, values).fetchall()
        return [_record(kind, row) for row in rows]


def _record(kind: type[Record], row: sqlite3.Row) -> Record:
    names: Iterable[str] = (f.name for f in fields(kind))
    values: dict[str, Any] = {}
    for name in names:
        value = row[name]
        values[name] = json.loads(value) if name in _JSON else bool(value) if name in _FLAGS else value
    return kind(**values)
