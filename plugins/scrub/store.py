"""The maps of pseudonyms by conversation: STATE/pseudonyms.sqlite, for all workers and across restarts.

Knows: SQLite, AES-GCM (cryptography) with a key derived from the gateway's secret, how long a map is kept. Does not
know: what is replaced. Values are sealed; what stands beside them in the open is the conversation's opaque id, the
key's hash and a keyed digest of the value. Without a path the maps live in this process only.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plugins.scrub.pseudonyms import Pseudonyms

FILE = "pseudonyms.sqlite"
BUSY_S = 2.0
DAY_S = 86_400.0
IN_MEMORY = 1_000
"""Conversations kept where there is no file."""

_CREATE = """
CREATE TABLE IF NOT EXISTS pseudonyms (
    conversation TEXT, digest BLOB, placeholder TEXT, sealed BLOB, key_id TEXT, at REAL,
    PRIMARY KEY (conversation, digest)
) WITHOUT ROWID
"""


class PseudonymStore:
    """Safe for threads; several processes may use one file. Raises sqlite3.Error, OSError and cryptography's
    InvalidTag: then the text must not leave."""

    def __init__(self, path: Path | None, secret: bytes) -> None:
        self._path = path
        self._key = hashlib.sha256(b"signalbox pseudonyms\0" + secret).digest()
        self._swept = -1e9
        self._memory: OrderedDict[str, dict[str, str]] = OrderedDict()
        self._lock = threading.Lock()

    def grow(self, conversation: str, key_id: str, fill: Callable[[Pseudonyms], None]) -> Pseudonyms:
        """The map of a conversation after ``fill(map)`` added to it; what is new is kept. One writer at a time, so
        that two workers never give one value two placeholders. ``conversation`` "": nothing is kept."""
        if not conversation or self._path is None:
            with self._lock:
                names = Pseudonyms(self._memory.get(conversation) if conversation else None)
                fill(names)
                if conversation:
                    self._memory.setdefault(conversation, {}).update(names.new)
                    self._memory.move_to_end(conversation)
                    if len(self._memory) > IN_MEMORY:
                        self._memory.popitem(last=False)
            return names
        with self._transaction() as database:
            names = Pseudonyms(self._known(database, conversation))
            fill(names)
            now = time.time()
            database.executemany(
                "INSERT INTO pseudonyms VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (conversation, self._digest(value), placeholder, self._sealed(value, conversation), key_id, now)
                    for placeholder, value in names.new.items()
                ],
            )
        return names

    def sweep(self, days: float, every_s: float = 3600.0) -> int:
        """Removes conversations whose last new value is older than ``days`` (0: none), at most once in ``every_s``
        seconds; how many values that were."""
        now = time.monotonic()
        if self._path is None or not self._path.exists() or days <= 0 or now - self._swept < every_s:
            return 0
        self._swept = now
        with self._transaction() as database:
            old = "SELECT conversation FROM pseudonyms GROUP BY conversation HAVING max(at) < ?"
            done = database.execute(
                f"DELETE FROM pseudonyms WHERE conversation IN ({old})",  # noqa: S608 - a constant
                (time.time() - days * DAY_S,),
            )
            return done.rowcount

    def _known(self, database: sqlite3.Connection, conversation: str) -> Mapping[str, str]:
        rows = database.execute("SELECT placeholder, sealed FROM pseudonyms WHERE conversation = ?", (conversation,))
        return {placeholder: self._opened(sealed, conversation) for placeholder, sealed in rows}

    def _digest(self, value: str) -> bytes:
        return hmac.digest(self._key, value.encode("utf-8", "surrogatepass"), "sha256")[:16]

    def _sealed(self, value: str, conversation: str) -> bytes:
        nonce = os.urandom(12)
        text = value.encode("utf-8", "surrogatepass")
        return nonce + AESGCM(self._key).encrypt(nonce, text, conversation.encode())

    def _opened(self, sealed: bytes, conversation: str) -> str:
        text = AESGCM(self._key).decrypt(sealed[:12], sealed[12:], conversation.encode())
        return text.decode("utf-8", "surrogatepass")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        assert self._path is not None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA secure_delete = ON")
            database.execute(_CREATE)
            self._path.chmod(0o600)
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")
        finally:
            database.close()
