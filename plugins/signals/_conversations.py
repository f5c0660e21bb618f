"""The highest class that each conversation ever had, for all workers and across restarts.

Knows: STATE/boundary.sqlite (WAL), and a memory of recent conversations in front of it. Does not know: how a class is
found. A class is written before the answer of the request that raised it. One indexed read for a conversation that
this process does not know to be at the highest class: another worker may have raised it a moment ago. Without a path
all stays in memory. What cannot be read or written counts as restricted.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import OrderedDict
from pathlib import Path

from plugins.routing.types import DataClass

FILE = "boundary.sqlite"
KEPT_DAYS = 400
"""A conversation that was not raised for so long is forgotten at the next start."""

BUSY_S = 2.0
_CREATE = (
    "CREATE TABLE IF NOT EXISTS conversations (id TEXT PRIMARY KEY, class INTEGER NOT NULL, at REAL NOT NULL) "
    "WITHOUT ROWID"
)
_RAISE = (
    "INSERT INTO conversations VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET class = max(class, excluded.class), "
    "at = excluded.at"
)
_LOG = logging.getLogger("signalbox.boundary")


class Conversations:
    """Safe for threads; several processes may use one file. ``size``: conversations kept in memory."""

    def __init__(self, size: int, path: Path | None = None) -> None:
        self._size = size
        self._path = path
        self._classes: OrderedDict[str, DataClass] = OrderedDict()
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None

    def raise_to(self, conversation: str, found: DataClass) -> DataClass:
        """Notes ``found`` and returns the highest class that the conversation ever had; restricted where that cannot
        be told."""
        with self._lock:
            known = self._classes.get(conversation)
            if known is DataClass.RESTRICTED or self._path is None:
                return self._remember(conversation, max(found, known or found))
            try:
                stored = self._stored(conversation)
                highest = max(found, stored, known or found)
                if highest > stored:
                    self._write(conversation, highest)
            except (sqlite3.Error, OSError) as error:
                self._forget_database()
                _LOG.error("%s: %s; the class of conversations counts as restricted", self._path, type(error).__name__)
                return DataClass.RESTRICTED
            return self._remember(conversation, highest)

    def close(self) -> None:
        """Closes the file; a later use opens it again."""
        with self._lock:
            self._forget_database()

    def _remember(self, conversation: str, highest: DataClass) -> DataClass:
        self._classes[conversation] = highest
        self._classes.move_to_end(conversation)
        if len(self._classes) > self._size:
            self._classes.popitem(last=False)
        return highest

    def _stored(self, conversation: str) -> DataClass:
        row = self._open().execute("SELECT class FROM conversations WHERE id = ?", (conversation,)).fetchone()
        return DataClass(row[0]) if row else DataClass.PUBLIC

    def _write(self, conversation: str, highest: DataClass) -> None:
        self._open().execute(_RAISE, (conversation, int(highest), time.time()))

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            assert self._path is not None
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            try:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                database.execute(_CREATE)
                database.execute("DELETE FROM conversations WHERE at < ?", (time.time() - KEPT_DAYS * 86_400,))
                self._path.chmod(0o600)
            except BaseException:
                database.close()
                raise
            self._database = database
        return self._database

    def _forget_database(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
