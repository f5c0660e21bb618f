"""What people said about decisions: SQLite, one row a judgment, for training.

Knows: a decision's id, who judged, good or bad, the right intent. Does not know: any text; none is given to it. Several
processes write to one file. A judgment is dropped, and counted, rather than a request delayed.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

QUEUE_SIZE = 1000
BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Feedback:
    """``at``: seconds since 1970. ``rating``: ``good`` or ``bad``. ``intent``: as it was decided."""

    at: float
    decision_id: str
    key_id: str | None
    rating: str
    intent: str | None
    right_intent: str | None


_COLUMNS = tuple(f.name for f in fields(Feedback))
_CREATE = f"CREATE TABLE IF NOT EXISTS feedback ({', '.join(_COLUMNS)})"
_INSERT = f"INSERT INTO feedback VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608  question marks only


class FeedbackLog:
    """``put`` never blocks; a thread writes, started with the first one. ``dropped``: those that were lost."""

    def __init__(self, path: Path) -> None:
        self.dropped = 0
        self._path = path
        self._queue: queue.Queue[Feedback | None] = queue.Queue(QUEUE_SIZE)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def put(self, judgment: Feedback) -> bool:
        """Queues one; False where the queue was full."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="feedback", daemon=True)
                self._thread.start()
        try:
            self._queue.put_nowait(judgment)
        except queue.Full:
            self.dropped += 1
            return False
        return True

    def close(self, timeout_s: float = 5.0) -> None:
        """Writes what is queued and ends the thread."""
        if self._thread is not None:
            self._queue.put(None, timeout=timeout_s)
            self._thread.join(timeout_s)

    def _write(self) -> None:
        while (item := self._queue.get()) is not None:
            try:
                with _open(self._path, make=True) as db, db:
                    db.execute(_INSERT, astuple(item))
            except (sqlite3.Error, OSError):
                self.dropped += 1


def feedback_rows(path: Path, n: int | None = None) -> list[dict[str, Any]]:
    """The newest ``n`` judgments (None: all), newest first, with the fields of ``Feedback``; [] where none are."""
    if not path.exists():
        return []
    with _open(path) as db:
        try:
            rows = db.execute("SELECT * FROM feedback ORDER BY at DESC, rowid DESC LIMIT ?", (-1 if n is None else n,))
            return [dict(row) for row in rows]
        except sqlite3.OperationalError:  # made and not yet written
            return []


def decision_row(path: Path, decision_id: str) -> dict[str, Any] | None:
    """``key_id`` and ``intent`` of one decision in the log at ``path``; None where it is not known."""
    if not path.exists():
        return None
    with _open(path) as db:
        try:
            sql = "SELECT key_id, intent FROM decisions WHERE decision_id = ?"
            row = db.execute(sql, (decision_id,)).fetchone()
        except sqlite3.OperationalError:
            return None
    return dict(row) if row is not None else None


@contextmanager
def _open(path: Path, *, make: bool = False) -> Iterator[sqlite3.Connection]:
    new = make and not path.exists()
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as db:
        db.row_factory = sqlite3.Row
        if new:
            path.chmod(0o600)
        if make:
            db.execute(_CREATE)
        yield db
