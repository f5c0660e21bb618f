"""A store's index in memory: the vectors of its passages and the postings of their words.

Knows: which passages came and went since it last looked. Does not know: SQL, Chroma, texts. What a search sees is one
moment of it, which later changes leave as it is. 1.5 KB a passage for the vector and half of one for its words.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from services.retrieval.bm25 import Matched, Numbers, Postings, Rows, match, merged, postings, query_terms
from services.retrieval.passages import Changes, Passages

MAX_HELD = 400_000
"""Passages of all stores that are held; the store searched last is always held."""

AT_ONCE = 20_000
"""Passages read from disk in one step: 30 MB beyond what is held."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class View:
    """One moment: a row for each passage, in the order of their ids. ``numbers``: of each file. ``alive``: not taken
    away since."""

    ids: NDArray[np.int64]
    files: NDArray[np.int32]
    vectors: Numbers
    lengths: Numbers
    alive: Mask
    numbers: dict[str, int]
    parts: tuple[Postings, ...]

    def within(self, files: Iterable[str]) -> Mask:
        """The rows of these files."""
        known = [self.numbers[file] for file in files if file in self.numbers]
        wanted = np.zeros(len(self.numbers) + 1, np.bool_)
        wanted[known] = True
        mask: Mask = wanted[self.files] & self.alive
        return mask

    def rows(self, ids: Sequence[int]) -> Rows:
        """Of those ids that there are, in their order."""
        if not len(ids) or not len(self.ids):
            return np.zeros(0, np.int32)
        wanted = np.asarray(ids, np.int64)
        at = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        made: Rows = at[self.ids[at] == wanted].astype(np.int32)
        return made

    def cosines(self, rows: Rows, vector: Numbers) -> Numbers:
        """Of some rows to a vector of length 1."""
        made: Numbers = _cosines(self.vectors[rows], vector) if len(rows) else np.zeros(0, np.float32)
        return made

    def all_cosines(self, vector: Numbers) -> Numbers:
        """Of all rows."""
        made: Numbers = _cosines(self.vectors, vector) if len(self.ids) else np.zeros(0, np.float32)
        return made

    def match(self, query: str) -> Matched:
        """BM25 of all rows."""
        return match(self.parts, self.lengths, query_terms(query))


class Resident:
    """Safe for threads. ``generation``: whose vectors."""

    def __init__(self, passages: Passages, generation: int) -> None:
        self.generation = generation
        self._passages = passages
        self._lock = threading.Lock()
        self._version, self._dropped = -1, 0
        self._numbers: dict[str, int] = {}
        self._view = View(
            np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros((0, 0), np.float32), np.zeros(0, np.float32),
            np.zeros(0, np.bool_), self._numbers, (),
        )  # fmt: skip

    @property
    def size(self) -> int:
        """Rows."""
        return len(self._view.ids)

    def view(self) -> View:
        """As the store is now."""
        with self._lock:
            while self._passages.version != self._version:
                last = int(self._view.ids[-1]) if len(self._view.ids) else 0
                changes = self._passages.changes(last, self._dropped, self.generation, AT_ONCE)
                self._dropped += len(changes.dropped)
                self._view = self._changed(self._view, changes)
                if len(changes.ids) < AT_ONCE:
                    self._version = changes.version
            return self._view

    def _changed(self, held: View, changes: Changes) -> View:
        gone = held.rows(changes.dropped)
        alive = held.alive.copy() if len(gone) else held.alive
        alive[gone] = False
        if not changes.ids:
            return View(held.ids, held.files, held.vectors, held.lengths, alive, self._numbers, held.parts)
        count = len(changes.ids)
        for file in changes.files:
            self._numbers.setdefault(file, len(self._numbers))
        files = np.fromiter((self._numbers[f] for f in changes.files), np.int32, count)
        sizes = np.fromiter(map(len, changes.terms), np.int64, count)
        rows = np.repeat(np.arange(len(held.ids), len(held.ids) + count, dtype=np.int32), sizes)
        counts = np.concatenate(changes.counts)
        words = np.zeros(count, np.float32)
        np.add.at(words, rows - len(held.ids), counts)
        part = postings(np.concatenate(changes.terms), rows, counts)
        return View(
            _joined(held.ids, np.asarray(changes.ids, np.int64)), _joined(held.files, files),
            _joined(held.vectors, changes.vectors), _joined(held.lengths, words),
            _joined(alive, np.ones(count, np.bool_)), self._numbers, _tidied((*held.parts, part)),
        )  # fmt: skip


class Residents:
    """The stores that are held, the one searched longest ago given up first."""

    def __init__(self, most: int = MAX_HELD) -> None:
        self._most = most
        self._held: dict[str, Resident] = {}
        self._lock = threading.Lock()

    def view(self, store_id: str, passages: Passages, generation: int) -> View:
        """A store as it is now. The first time after a start reads it from disk."""
        with self._lock:
            found = self._held.pop(store_id, None)
            if found is None or found.generation != generation:
                found = Resident(passages, generation)
            self._held[store_id] = found
        seen = found.view()
        if len(seen.ids) > 1000 and np.count_nonzero(seen.alive) * 2 < len(seen.ids):  # mostly what is gone
            self.forget(store_id)
        self._bound()
        return seen

    def forget(self, store_id: str) -> None:
        """Gives a store up."""
        with self._lock:
            self._held.pop(store_id, None)

    def _bound(self) -> None:
        with self._lock:
            total = sum(held.size for held in self._held.values())
            for store_id in list(self._held)[:-1]:
                if total <= self._most:
                    return
                total -= self._held.pop(store_id).size

    def __len__(self) -> int:
        return len(self._held)


def _cosines(vectors: Numbers, vector: Numbers) -> Numbers:
    """BLAS would wait for all cores in a loop: no sooner done, and five times as much of the processor."""
    made: Numbers = np.einsum("ij,j->i", vectors, vector)
    return made


Array = TypeVar("Array", bound=NDArray[Any])


def _joined(held: Array, more: Array) -> Array:
    """``held`` and then ``more``, in the room that is left behind ``held`` where there is some: only the latest view is
    ever added to, and none looks beyond its own end."""
    count, total = len(held), len(held) + len(more)
    room: Any = held.base
    if room is None or len(room) < total or room.shape[1:] != more.shape[1:]:
        room = np.empty((total + (total // 4 if count else 0), *more.shape[1:]), more.dtype)
        if count:
            room[:count] = held
    room[count:total] = more
    made: Array = room[:total]
    return made


def _tidied(parts: tuple[Postings, ...]) -> tuple[Postings, ...]:
    """Each part at least twice as large as the one after it, so that there are few."""
    made = list(parts)
    while len(made) > 1 and len(made[-2].rows) < 2 * len(made[-1].rows):
        made[-2:] = [merged(made[-2:])]
    return tuple(made)
