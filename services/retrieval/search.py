"""The best passages of a store for a query: by vectors and by words, fused, then put in order by both.

Knows: reciprocal rank fusion (Cormack, Clarke, Buettcher 2009), when a filter is answered exactly. Does not know: HTTP,
embedding. Passages of files that are not complete are never shown. Fusion alone puts what only the words found too far
up (``signalbox retrieval evaluate``), so the candidates that it leaves are ordered by cosine and by their share of the
query's words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from services.retrieval.passages import Passage, Passages
from services.retrieval.rerank import common_words
from services.retrieval.vectors import VectorIndex

Vectors = NDArray[np.float32]
Way = Literal["hybrid", "vectors", "words"]

CANDIDATES = 60
"""How many each half gives to the fusion."""

RANK_CONSTANT = 60
"""The k of reciprocal rank fusion: how little the first places count over the next."""

WORDS_SHARE = 0.35
"""Share of the query's words in a hit's value; the rest is the cosine. Chosen on the question set of ``evaluate``."""

EXACT = 4000
"""Passages that a filter may leave for every one of them to be compared."""

MAX_FETCHED = 2000


@dataclass(frozen=True, slots=True)
class Hit:
    """``score`` in 0..1: the cosine. ``fused``: what hits are ordered by."""

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
    fused = _fused(list(near), worded)
    order = sorted(fused, key=lambda id: (-fused[id], id))[: most + CANDIDATES]
    found = {id: p for id, p in where.passages.get(order).items() if p.file_id in where.files}
    kept = [id for id in order if id in found]
    near |= _cosines(where, [id for id in kept if id not in near], vector)
    values = {id: near.get(id, 0.0) for id in kept} if way == "vectors" else {id: fused[id] for id in kept}
    if way == "hybrid":
        words = common_words(query, [found[id].chunk.indexed for id in kept])
        values = {
            id: (1 - WORDS_SHARE) * near.get(id, 0.0) + WORDS_SHARE * float(share)
            for id, share in zip(kept, words, strict=True)
        }
    best = sorted(kept, key=lambda id: (-values[id], id))[:most]
    return [Hit(found[id], round(float(np.clip(near.get(id, 0.0), 0, 1)), 4), values[id]) for id in best]


def _fused(*lists: Sequence[int]) -> dict[int, float]:
    """Reciprocal rank fusion."""
    made: dict[int, float] = {}
    for ranked in lists:
        for rank, id in enumerate(ranked):
            made[id] = made.get(id, 0.0) + 1.0 / (RANK_CONSTANT + rank + 1)
    return made


def _cosines(where: Searched, ids: Sequence[int], vector: Vectors) -> dict[int, float]:
    """Of passages that words alone found."""
    held, vectors = where.passages.vectors_of(ids, where.generation)
    return {id: float(score) for id, score in zip(held, vectors @ vector, strict=True)} if held else {}


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
