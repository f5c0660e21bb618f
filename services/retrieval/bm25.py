"""BM25 over the passages of one store, in arrays that grow while they are searched.

Knows: BM25 in Lucene's form (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"), postings. Does not
know: where texts are kept, files. A library's index has to be made anew for each change (bm25s), or reads every posting
one by one (SQLite's FTS5: tens of milliseconds for a question to 100,000 passages, where this takes two).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from services.retrieval.words import words_of

SATURATION, LENGTH = 1.2, 0.75
"""k1 and b: how soon a repeated word stops counting, and how much a long passage is held back."""

MAX_WORDS = 64
"""Words of a query that are looked for."""

Terms = NDArray[np.uint64]
Counts = NDArray[np.uint16]
Rows = NDArray[np.int32]
Numbers = NDArray[np.float32]


def terms_of(text: str) -> tuple[Terms, Counts]:
    """The different words of a text as numbers, and how often each stands there."""
    counted = Counter(words_of(text))
    counts = np.minimum(np.fromiter(counted.values(), np.int64, len(counted)), 65_535).astype(np.uint16)
    return np.fromiter(map(number_of, counted), np.uint64, len(counted)), counts


def query_terms(text: str) -> list[int]:
    """The different words of a query, the first ``MAX_WORDS`` of them."""
    return [number_of(word) for word in list(dict.fromkeys(words_of(text)))[:MAX_WORDS]]


@lru_cache(maxsize=1 << 17)
def number_of(word: str) -> int:
    """The same in every process. Two words of one number are less likely than a broken disk."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True)
class Postings:
    """Which rows hold a term, and how often: those of ``terms[i]`` (ascending) are ``rows[starts[i]:starts[i + 1]]``,
    ascending."""

    terms: Terms
    starts: NDArray[np.int64]
    rows: Rows
    counts: Counts

    def of(self, term: int) -> tuple[Rows, Counts]:
        """(rows, counts) of a term; both empty where it is not there."""
        at = int(np.searchsorted(self.terms, np.uint64(term)))
        if at == len(self.terms) or int(self.terms[at]) != term:
            return self.rows[:0], self.counts[:0]
        part = slice(self.starts[at], self.starts[at + 1])
        return self.rows[part], self.counts[part]


def postings(terms: Terms, rows: Rows, counts: Counts) -> Postings:
    """From one entry for each word of each row, the rows ascending."""
    order = np.argsort(terms, kind="stable")
    ordered = terms[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(ordered) else np.zeros(0, int)
    ends = np.append(starts, len(ordered)).astype(np.int64)
    return Postings(ordered[starts], ends, rows[order], counts[order])


def merged(parts: Sequence[Postings]) -> Postings:
    """One of several; the rows of each are above those of the ones before it."""
    terms = np.concatenate([np.repeat(p.terms, np.diff(p.starts)) for p in parts])
    return postings(terms, np.concatenate([p.rows for p in parts]), np.concatenate([p.counts for p in parts]))


@dataclass(frozen=True, slots=True)
class Matched:
    """``scores`` of all rows, by BM25. ``rows``: of each word of the query, which rows hold it; ``weights``: what each
    word is worth (its inverse document frequency)."""

    scores: Numbers
    rows: tuple[Rows, ...]
    weights: tuple[float, ...]

    def shares(self, wanted: Rows) -> Numbers:
        """Which share of the query's words, by their worth, each row holds: 0..1."""
        held = np.zeros(len(wanted), np.float32)
        for rows, weight in zip(self.rows, self.weights, strict=True):
            held[np.isin(wanted, rows, assume_unique=True)] += weight
        return held / np.float32(sum(self.weights) or 1.0)


def match(parts: Sequence[Postings], lengths: Numbers, terms: Sequence[int]) -> Matched:
    """``lengths``: words of each row."""
    count = len(lengths)
    scores = np.zeros(count, np.float32)
    mean = float(lengths.mean()) if count else 1.0
    held_back = SATURATION * (1 - LENGTH + LENGTH * lengths / max(mean, 1.0))
    found, weights = [], []
    for term in terms:
        each = [part.of(term) for part in parts]
        rows = np.concatenate([r for r, _ in each]) if each else np.zeros(0, np.int32)
        times = np.concatenate([c for _, c in each]).astype(np.float32) if each else np.zeros(0, np.float32)
        weight = float(np.log(1 + (count - len(rows) + 0.5) / (len(rows) + 0.5)))
        scores[rows] += np.float32(weight) * times / (times + held_back[rows])
        found.append(rows)
        weights.append(weight)
    return Matched(scores, tuple(found), tuple(weights))
