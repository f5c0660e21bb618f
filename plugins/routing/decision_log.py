"""The log of decisions: SQLite, written by one thread a process, read by anybody.

Knows: which facts of a decision are kept, and for how long. Does not know: the request's text, which is never
given to it. Several processes write to one file (WAL). A record is dropped, and counted, rather than a
request delayed.
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from plugins.routing import spend_sums
from plugins.routing.explain import explain, fallback_groups
from plugins.routing.replay import seen
from plugins.routing.types import Decision, Facts

QUEUE_SIZE = 10_000
BATCH = 500
"""Records written in one transaction."""

SWEEP_S = 3600.0
BUSY_TIMEOUT_S = 5.0
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One row. ``at``: seconds since 1970. ``fallbacks`` and ``reasons`` are stored as JSON. ``decide_us``:
    microseconds that the decision took. No field holds the caller's text.

    What is known only when the answer is complete is None before: ``status`` of HTTP (0: the caller went away),
    ``latency_ms``, ``tokens_in`` and ``tokens_out`` as the model counted them, ``attempts`` made at deployments.
    ``fallback``: another deployment than the chosen one served. ``escalated_from``: the deployment whose answer was not
    good enough, ``escalation_reason`` why; ``deployment`` is then the one asked after it. ``seen``: what else of the
    signals a replay under another policy needs (``replay.seen``). ``cost_usd``: US dollars of every answer that was
    paid for; ``busy_s``: seconds of one's own machines in it. ``frontier_in`` and ``frontier_out``: US dollars per
    million tokens of the frontier at that moment. ``final_in``, ``final_out``: tokens of the last answer alone, where
    an escalation made two."""

    at: float
    decision_id: str
    request_id: str
    route: str
    key_id: str | None
    team_id: str | None
    capability: str
    intent: str | None
    confidence: float | None
    data_class: str
    needed: str | None
    tier: str | None
    model_group: str | None
    deployment: str | None
    location: str | None
    fallbacks: tuple[str, ...]
    denied_by: str | None
    degraded: bool
    pinned: bool
    tokens: int
    truncated_chars: int
    decide_us: int
    reasons: tuple[str, ...]
    status: int | None = None
    latency_ms: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    attempts: int | None = None
    fallback: bool = False
    escalated_from: str | None = None
    escalation_reason: str | None = None
    seen: Mapping[str, Any] = field(default_factory=dict)
    cost_usd: float | None = None
    busy_s: float | None = None
    frontier_in: float | None = None
    frontier_out: float | None = None
    final_in: int | None = None
    final_out: int | None = None


_COLUMNS = tuple(f.name for f in fields(LogRecord))
_INSERT = f"INSERT INTO decisions ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608  names
_CREATE = (
    f"CREATE TABLE IF NOT EXISTS decisions ({', '.join(_COLUMNS)})",
    "CREATE INDEX IF NOT EXISTS decisions_at ON decisions (at)",
    "CREATE INDEX IF NOT EXISTS decisions_id ON decisions (decision_id)",
)
_CREATE_LAST = (
    # Everything that the console's first page adds up, so that it need not read whole rows.
    "CREATE INDEX IF NOT EXISTS decisions_hour ON decisions"
    " (at, denied_by, tier, deployment, status, latency_ms, decide_us, data_class, location)"
)
_JSON = ("fallbacks", "reasons", "seen")
_BOOLEAN = ("degraded", "pinned", "fallback")


def record_of(decision: Decision, facts: Facts, *, at: float, decide_us: int = 0) -> LogRecord:
    """What is kept of one decision."""
    told = explain(decision)
    chosen = decision.chosen
    return LogRecord(
        at=at,
        decision_id=decision.id,
        request_id=facts.request_id,
        route=facts.route,
        key_id=facts.caller.key_id,
        team_id=facts.caller.team_id,
        capability=_known_name(decision),
        intent=told["intent"],
        confidence=told["confidence"],
        data_class=told["data_class"],
        needed=decision.needed.label if decision.needed is not None else None,
        tier=told["tier"],
        model_group=told["chosen"],
        deployment=chosen.id if chosen else None,
        location=chosen.location if chosen else None,
        fallbacks=fallback_groups(decision),
        denied_by=decision.denied_by,
        degraded=decision.degraded,
        pinned=decision.pinned,
        tokens=facts.token_estimate,
        truncated_chars=decision.truncated_chars,
        decide_us=decide_us,
        reasons=tuple(told["reasons"]),
        seen=seen(decision),
    )


def _known_name(decision: Decision) -> str:
    """The requested model, cut short: a caller may put anything there."""
    return decision.capability[:80]


class DecisionLog:
    """``put`` never blocks and never raises; a thread writes, started with the first record.

    ``dropped``: records lost because the queue was full or the file could not be written. ``last_error``:
    why.
    """

    def __init__(self, path: Path, retention_days: int, clock: Callable[[], float] = time.time) -> None:
        """``retention_days`` 0 keeps everything. The file and its folder are made with the first record."""
        self.dropped = 0
        self.last_error: str | None = None
        self._path = path
        self._retention_s = retention_days * DAY_S
        self._clock = clock
        self._queue: queue.Queue[LogRecord | None] = queue.Queue(QUEUE_SIZE)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._next_sweep = 0.0
        self._closed = False

    def put(self, record: LogRecord) -> None:
        """Queues one record, or counts it as dropped."""
        if self._thread is None:
            self._start()
        if self._closed:
            self._drop(1)
            return
        try:
            self._queue.put_nowait(record)
        except queue.Full:
            self._drop(1)

    def recent(self, n: int = 100) -> list[dict[str, Any]]:
        """The newest ``n`` rows, newest first, as plain dicts; [] where nothing was written yet."""
        if not self._path.exists():
            return []
        with closing(self._connect()) as db:
            try:
                rows = db.execute("SELECT * FROM decisions ORDER BY at DESC, rowid DESC LIMIT ?", (n,)).fetchall()
            except sqlite3.OperationalError:  # another process has made the file and not yet the table
                return []
        return [plain(row) for row in rows]

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Waits until everything queued so far is written. False where that took longer than
        ``timeout_s``."""
        done = self._queue.all_tasks_done
        with done:
            return done.wait_for(lambda: self._queue.unfinished_tasks == 0, timeout_s)

    def close(self, timeout_s: float = 5.0) -> None:
        """Writes what is queued and ends the thread. Later records are dropped."""
        self._closed = True
        if self._thread is not None:
            self._queue.put(None, timeout=timeout_s)
            self._thread.join(timeout_s)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._write, name="decision-log", daemon=True)
                self._thread.start()

    def _drop(self, count: int) -> None:
        with self._lock:
            self.dropped += count

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S)
        db.row_factory = sqlite3.Row
        return db

    def _write(self) -> None:
        """The thread: one transaction a batch. A file that cannot be written costs its batch, never the
        thread."""
        db: sqlite3.Connection | None = None
        while True:
            batch, ending = self._next_batch()
            try:
                db = db or self._open()
                with db:
                    db.executemany(_INSERT, [_row(record) for record in batch])
                self._sweep(db)
            except (sqlite3.Error, OSError) as error:
                self.last_error = f"{type(error).__name__}: {error}"
                self._drop(len(batch))
                if db is not None:
                    db.close()
                db = None
            for _ in range(len(batch) + ending):
                self._queue.task_done()
            if ending:
                break
        if db is not None:
            db.close()

    def _next_batch(self) -> tuple[list[LogRecord], bool]:
        """What is queued, at least one record or the end."""
        batch: list[LogRecord] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) >= BATCH:
                return batch, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        db = self._connect()
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        with db:
            db.execute("BEGIN IMMEDIATE")  # two processes must not add the same column
            for statement in _CREATE:
                db.execute(statement)
            _add_new_columns(db)
            db.execute(_CREATE_LAST)
            spend_sums.prepare(db)
        self._path.chmod(0o600)
        return db

    def _sweep(self, db: sqlite3.Connection) -> None:
        now = self._clock()
        if self._retention_s and now >= self._next_sweep:
            self._next_sweep = now + SWEEP_S
            with db:
                db.execute("DELETE FROM decisions WHERE at < ?", (now - self._retention_s,))
                spend_sums.sweep(db)


def _add_new_columns(db: sqlite3.Connection) -> None:
    """A file of an earlier version goes on; its rows have NULL where they were never told."""
    there = {row["name"] for row in db.execute("PRAGMA table_info(decisions)")}
    for name in _COLUMNS:
        if name not in there:
            db.execute(f"ALTER TABLE decisions ADD COLUMN {name}")


def _row(record: LogRecord) -> tuple[Any, ...]:
    values: Iterable[tuple[str, Any]] = asdict(record).items()
    return tuple(json.dumps(value) if name in _JSON else value for name, value in values)


def plain(row: sqlite3.Row) -> dict[str, Any]:
    """A row as ``recent`` gives it."""
    plain: dict[str, Any] = dict(row)
    for name in _JSON:
        plain[name] = json.loads(plain[name] or "{}")
    for name in _BOOLEAN:
        plain[name] = bool(plain.get(name))
    return plain
