"""The best passages of a store for a query: by vectors and by words, fused.

Knows: reciprocal rank fusion (Cormack, Clarke, Buettcher 2009), when a filter is answered exactly. Does not know: HTTP,
embedding. Passages of files that are not complete are never shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from services.retrieval.passages import Passage, Passages
from services.retrieval.vectors import VectorIndex

Vectors = NDArray[np.float32]
Way = Literal["hybrid", "vectors", "words"]

CANDIDATES = 60
"""How many each half gives to the fusion."""

RANK_CONSTANT = 60
"""The k of reciprocal rank fusion: how little the first places count over the next."""

EXACT = 4000
"""Passages that a filter may leave for every one of them to be compared."""

MAX_FETCHED = 2000


@dataclass(frozen=True, slots=True)
class Hit:
    """``score`` in 0..1: the cosine, or where words alone found it what fusion makes of its rank."""

    passage: Passage
    score: float
    fused: float


@dataclass(frozen=True, slots=True)
class Searched:
    """One store as a search sees it. ``files``: those that are complete and fit the filter; ``whole``: that is all of
    the store's complete files, so that nothing need be filtered before ranking."""

    passages: Passages
    index: VectorIndex
    collection: str
    generation: int
    files: frozenset[str]
    whole: bool


def search(where: Searched, query: str, vector: Vectors, most: int, way: Way = "hybrid") -> list[Hit]:
    """The best ``most`` passages, best first. ``vector`` has length 1."""
    if not where.files:
        return []
    near = dict(_near(where, vector)) if way != "words" else {}
    files = None if where.whole else sorted(where.files)
    worded = where.passages.by_words(query, files, CANDIDATES) if way != "vectors" else []
    fused: dict[int, float] = {}
    for ranked in (list(near), worded):
        for rank, id in enumerate(ranked):
            fused[id] = fused.get(id, 0.0) + 1.0 / (RANK_CONSTANT + rank + 1)
    order = sorted(fused, key=lambda id: (-fused[id], id))
    found = where.passages.get(order[: 4 * most + CANDIDATES])
    top = 2.0 / (RANK_CONSTANT + 1)
    hits = [
        Hit(found[id], round(float(np.clip(near.get(id, fused[id] / top), 0, 1)), 4), fused[id])
        for id in order
        if id in found and found[id].file_id in where.files
    ]
    return hits[:most]


def _near(where: Searched, vector: Vectors) -> list[tuple[int, float]]:
    if where.whole:
        return where.index.near(where.collection, vector, CANDIDATES)
    files = sorted(where.files)
    left = where.passages.count(files)
    if left <= EXACT:
        return _exact(where, files, vector)
    # Many fit: so many of the nearest that enough of them should. Chroma's own filter takes ten times as long.
    share = left / max(1, where.passages.count())
    wanted = min(MAX_FETCHED, int(2 * CANDIDATES / share) + CANDIDATES)
    nearest = where.index.near(where.collection, vector, wanted)
    held = where.passages.get(id for id, _ in nearest)
    fitting = [(id, score) for id, score in nearest if id in held and held[id].file_id in where.files]
    if len(fitting) >= CANDIDATES // 2:
        return fitting[:CANDIDATES]
    return where.index.near(where.collection, vector, CANDIDATES, files)


def _exact(where: Searched, files: Sequence[str], vector: Vectors) -> list[tuple[int, float]]:
    ids, vectors = where.passages.vectors(files, where.generation)
    if not ids:
        return []
    scores = vectors @ vector
    best = np.argsort(-scores, kind="stable")[:CANDIDATES]
    return [(ids[i], float(scores[i])) for i in best]
