"""What processes write to the ledger with: a queue and one thread, so that a request waits only where it must.

Knows: batches, what waits for the disk and what does not, checkpoints, witnesses. Does not know: files (``store``),
what a record means. ``put`` never waits and never raises; what cannot be written is kept and tried again, up to a
bound, and what is lost beyond it is counted in the chain. ``write`` returns when the record is on the disk, or raises:
whoever is about to let something out calls that.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from plugins.ledger.chain import Checkpoint, Value
from plugins.ledger.keys import KeyProblem, SigningKey, open_key
from plugins.ledger.store import Store

FOLDER = "ledger"
KEY_FILE = "ledger.key"
BATCH = 500
KEPT = 20_000
"""Records that wait in memory while the ledger cannot be written."""

RETRY_S = 0.5
SYNC_S = 1.0
"""A record for which nobody waits is on the disk at most about this much later."""

LINGER_S = 0.05
"""A record for which nobody waits is gathered this long with those that come: each batch is signed and written once."""

Record = dict[str, Value]
_LOG = logging.getLogger("signalbox.ledger")


class LedgerProblem(Exception):  # noqa: N818 - what it is, to whoever wants to let something out
    """The ledger cannot be written, so nothing may leave."""


@dataclass(slots=True)
class _Item:
    record: Record
    waits: Future[None] | None


class Book:
    """One a process. ``writer``: who writes, in each record. ``deliver``: takes each kept checkpoint off the box."""

    def __init__(
        self,
        open_store: Callable[[], Store],
        writer: str,
        checkpoint_s: float = 60.0,
        deliver: Callable[[Checkpoint], None] | None = None,
    ) -> None:
        self._open_store = open_store
        self._writer = writer
        self._checkpoint_s = checkpoint_s
        self._deliver = deliver
        self._items: deque[_Item] = deque()
        self._changed = threading.Condition()
        self._lost = 0
        self._closing = False
        self._thread: threading.Thread | None = None
        self._synced = 0.0
        self._kept = -float("inf")
        self._waiting = 0
        self._asleep = False
        self.problem: str | None = None

    def put(self, event: str, **fields: Value) -> None:
        """Writes a record soon; the caller does not wait."""
        self._add(_Item({"event": event, "writer": self._writer, **fields}, None))

    async def write(self, event: str, **fields: Value) -> None:
        """Returns when the record is on the disk. Raises LedgerProblem."""
        done: Future[None] = Future()
        self._add(_Item({"event": event, "writer": self._writer, **fields}, done))
        await asyncio.wrap_future(done)

    def close(self, timeout_s: float = 10.0) -> None:
        """Writes what is queued, keeps a checkpoint, ends the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Waits until everything so far is on the disk; False where that cannot be."""
        done: Future[None] = Future()
        self._add(_Item({}, done))
        try:
            done.result(timeout_s)
        except (LedgerProblem, TimeoutError):
            return False
        return True

    def _add(self, item: _Item) -> None:
        with self._changed:
            if self._closing:
                if item.waits is not None:
                    item.waits.set_exception(LedgerProblem("the ledger is closed"))
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
                self._thread.start()
            if item.waits is None and len(self._items) >= KEPT:
                self._lost += 1
                return
            self._items.append(item)
            self._waiting += item.waits is not None
            if self._asleep or self._wanted():
                self._changed.notify()

    def _run(self) -> None:
        store: Store | None = None
        while True:
            batch, closing = self._next()
            try:
                store = store or self._open_store()
                self._append(store, batch)
            except (OSError, KeyProblem) as error:
                self._failed(batch, error)
                if closing:
                    break
                time.sleep(RETRY_S if all(item.waits is None for item in batch) else 0)
                continue
            self._keep(store, 0.0 if closing else self._checkpoint_s)
            if closing and not self._items:
                break
        if store is not None:
            store.close()

    def _next(self) -> tuple[list[_Item], bool]:
        with self._changed:
            self._changed.wait_for(self._wanted, LINGER_S)
            if not self._items:
                self._asleep = True
                self._changed.wait_for(lambda: self._items or self._closing, min(SYNC_S, self._checkpoint_s))
                self._asleep = False
            batch = [self._items.popleft() for _ in range(min(BATCH, len(self._items)))]
            self._waiting -= sum(item.waits is not None for item in batch)
            return batch, self._closing

    def _wanted(self) -> bool:
        """Whether the queue should be written now."""
        return self._waiting > 0 or self._closing or len(self._items) >= BATCH

    def _append(self, store: Store, batch: Sequence[_Item]) -> None:
        with self._changed:
            lost = self._lost
        records = [item.record for item in batch if item.record]
        if lost:
            records.append({"event": "lost", "writer": self._writer, "count": lost})
        now = time.monotonic()
        sync = any(item.waits is not None for item in batch) or now - self._synced >= SYNC_S
        if records:
            store.append(records, sync=sync)
            self._synced = now if sync else self._synced
            if self.problem is not None:
                _LOG.warning("the ledger can be written again")
            self.problem = None
        with self._changed:
            self._lost -= lost
        for item in batch:
            if item.waits is not None and item.waits.set_running_or_notify_cancel():
                item.waits.set_result(None)

    def _failed(self, batch: Sequence[_Item], error: Exception) -> None:
        why = f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"
        if self.problem != why:
            _LOG.error("the ledger cannot be written (%s): nothing leaves until it can", why)
        self.problem = why
        with self._changed:
            for item in reversed(batch):
                if item.waits is None:
                    self._items.appendleft(item)
        for item in batch:
            if item.waits is not None and item.waits.set_running_or_notify_cancel():
                item.waits.set_exception(LedgerProblem(why))

    def _keep(self, store: Store, older_than_s: float) -> None:
        now = time.monotonic()
        if now - self._kept < older_than_s / 10:  # another process may keep the next one: no need to look each time
            return
        self._kept = now
        try:
            kept = store.checkpoint(older_than_s)
        except OSError as error:
            _LOG.error("no checkpoint of the ledger could be kept: %s", type(error).__name__)
            return
        if kept is not None and self._deliver is not None:
            self._deliver(kept)


def open_book(
    state: Path,
    part: str,
    checkpoint_s: float = 60.0,
    deliver: Callable[[Checkpoint], None] | None = None,
) -> Book:
    """The ledger of a state directory. Nothing is opened before the first record. ``part``: who writes, without its
    process id."""

    def store() -> Store:
        return Store(state / FOLDER, key_of(state))

    return Book(store, f"{part}-{os.getpid()}", checkpoint_s, deliver)


def key_of(state: Path) -> SigningKey:
    """The signing key of a state directory, made where it is missing. Raises OSError, KeyProblem."""
    return open_key(state / "secrets" / KEY_FILE)
