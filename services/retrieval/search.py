"""The best passages of a store for a query: by vectors and by words, fused, then put in order by both.

Knows: reciprocal rank fusion (Cormack, Clarke, Buettcher 2009), which vectors are compared one by one. Does not know:
HTTP, embedding. Passages of files that are not complete are never shown. Fusion alone puts what only the words found
too far up (``signalbox retrieval evaluate``), so the candidates that it leaves are ordered by cosine and by their share
of the query's words. Texts are read only for what is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from services.retrieval.bm25 import Rows
from services.retrieval.passages import Passage, Passages
from services.retrieval.resident import Mask, View
from services.retrieval.vectors import IndexAway, VectorIndex

_log = logging.getLogger("signalbox.retrieval")

Vectors = NDArray[np.float32]
Way = Literal["hybrid", "vectors", "words"]

CANDIDATES = 60
"""How many each half gives to the fusion."""

RANK_CONSTANT = 60
"""The k of reciprocal rank fusion: how little the first places count over the next."""

WORDS_SHARE = 0.25
"""Share of the query's words in a hit's value; the rest is the cosine. The best mean reciprocal rank on one half of the
documents of ``evaluate``, which reports the other half."""

EXACT = 16_000
"""Passages that a filter may leave for each of them to be compared: 5 ms."""

ALL = 20_000
"""Passages of a store in which all are compared, whatever the filter: 3 ms, and Chroma takes no less."""

MAX_FETCHED = 1000


@dataclass(frozen=True, slots=True)
class Hit:
    """``score`` in 0..1: the cosine. ``fused``: what hits are ordered by."""

    passage: Passage
    score: float
    fused: float


@dataclass(frozen=True, slots=True)
class Searched:
    """One store as a search sees it. ``files``: those that are complete and fit the filter."""

    passages: Passages
    view: View
    index: VectorIndex
    collection: str
    files: frozenset[str]


def search(where: Searched, query: str, vector: Vectors, most: int, way: Way = "hybrid") -> list[Hit]:
    """The best ``most`` passages, best first. ``vector`` has length 1."""
    view = where.view
    within = view.within(where.files)
    if not within.any():
        return []
    near = _near(where, within, vector) if way != "words" else np.zeros(0, np.int32)
    matched = view.match(query) if way != "vectors" else None
    worded = near[:0] if matched is None else _best(np.where(within, matched.scores, 0.0), CANDIDATES)
    fused = _fused(near.tolist(), worded.tolist())
    order = sorted(fused, key=lambda row: (-fused[row], row))[: most + CANDIDATES]
    rows = np.array(order, np.int32)
    cosines = view.cosines(rows, vector)
    values = cosines if way == "vectors" else np.array([fused[row] for row in order])
    if way == "hybrid" and matched is not None:
        values = (1 - WORDS_SHARE) * cosines + WORDS_SHARE * matched.shares(rows)
    best = np.argsort(-values, kind="stable")[:most]
    found = where.passages.get(view.ids[rows[best]].tolist())
    ids = view.ids[rows].tolist()
    return [
        Hit(found[ids[at]], round(float(np.clip(cosines[at], 0, 1)), 4), float(values[at]))
        for at in best.tolist()
        if ids[at] in found
    ]


def _fused(*lists: Sequence[int]) -> dict[int, float]:
    """Reciprocal rank fusion."""
    made: dict[int, float] = {}
    for ranked in lists:
        for rank, row in enumerate(ranked):
            made[row] = made.get(row, 0.0) + 1.0 / (RANK_CONSTANT + rank + 1)
    return made


def _near(where: Searched, within: Mask, vector: Vectors) -> Rows:
    """The nearest rows, best first."""
    view, left = where.view, int(np.count_nonzero(within))
    if left <= min(EXACT, len(within) // 2):
        rows = np.flatnonzero(within).astype(np.int32)
        return _nearest(rows, view.cosines(rows, vector))
    if len(within) <= ALL:
        return _nearest(np.flatnonzero(within), view.all_cosines(vector)[within])
    # Many fit: so many of the nearest that enough of them should. Chroma's own filter takes ten times as long.
    wanted = int(2 * CANDIDATES * len(within) / left) + CANDIDATES
    if wanted <= MAX_FETCHED:
        nearest = view.rows(_from_index(where, vector, wanted))
        fitting = nearest[within[nearest]]
        if len(fitting) >= CANDIDATES // 2:
            return fitting[:CANDIDATES]
    return _nearest(np.flatnonzero(within), view.all_cosines(vector)[within])


def _from_index(where: Searched, vector: Vectors, wanted: int) -> list[int]:
    """Ids; none where Chroma is away, and the search goes on without it."""
    try:
        return [id for id, _ in where.index.near(where.collection, vector, wanted)]
    except IndexAway as error:
        _log.warning("Chroma is away (%s): every vector is compared", error)
        return []


def _nearest(rows: NDArray[np.integer], cosines: Vectors) -> Rows:
    return rows[_top(cosines, CANDIDATES)].astype(np.int32)


def _best(scores: NDArray[np.floating], most: int) -> Rows:
    """Rows with a score, best first."""
    found = np.flatnonzero(scores > 0)
    return found[_top(scores[found], most)].astype(np.int32)


def _top(values: NDArray[np.floating], most: int) -> NDArray[np.intp]:
    """Where the largest are, largest first, the first of equals first."""
    some = np.argpartition(-values, most - 1)[:most] if len(values) > most else np.arange(len(values))
    some.sort()
    return some[np.argsort(-values[some], kind="stable")]
