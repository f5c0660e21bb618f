"""The token model by numpy alone: two linear stages, no loop over tokens.

Knows: weights, and labels for each token of a text. Does not know: scikit-learn, how it was trained. The first stage
scores each token from hashed features; the second corrects it by what the first said of its neighbors (stacked
sequential learning, Cohen and Carvalho 2005), which stands in for a Viterbi pass. What a word adds to the scores
around it is computed once and kept in a table of ``KNOWN`` words.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from plugins.detectors.names.features import (
    BUCKETS,
    OFFSETS,
    REACH,
    Codes,
    Gazetteer,
    describe,
    pair_buckets,
    word_buckets,
)
from plugins.detectors.names.tokens import LABELS

Floats = NDArray[np.float32]
KNOWN = 8_192
"""Words whose part of the scores is kept, 2.5 MB; when full, all are forgotten."""

CERTAIN = 0.98
"""First-stage probability of being nothing above which a token away from all others is left alone."""

SIDES = (-2, -1, 1, 2)
"""Neighbors whose first scores the second stage reads."""


def softmax(scores: Floats) -> Floats:
    """Probabilities of each row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result


def _near(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Also the two on either side of each marked one."""
    result = marked.copy()
    for distance in (1, 2):
        result[distance:] |= marked[:-distance]
        result[:-distance] |= marked[distance:]
    return result


def stacked(first: Floats, rows: NDArray[np.int64]) -> Floats:
    """Input of the second stage for some tokens: shape (rows, labels x 5 + labels x labels x 2)."""
    n, width = first.shape
    padded = np.zeros((n + 4, width), np.float32)
    padded[2:-2] = softmax(first)
    own = padded[rows + 2]
    sides = [padded[rows + 2 + o] for o in SIDES]
    products = [(own[:, :, None] * side[:, None, :]).reshape(rows.size, -1) for side in (sides[1], sides[2])]
    return np.concatenate([first[rows] / 4, *sides, *products], axis=1)


@dataclass(slots=True)
class _Table:
    numbers: dict[str, int] = field(default_factory=dict)
    rows: Floats = field(default_factory=lambda: np.zeros((KNOWN, len(OFFSETS) * len(LABELS)), np.float32))
    exact: Codes = field(default_factory=lambda: np.zeros(KNOWN, np.uint64))
    category: Codes = field(default_factory=lambda: np.zeros(KNOWN, np.uint64))


class TokenModel:
    """``weights``: (BUCKETS, labels); ``intercept``: (labels,); ``second``: (stacked, labels); ``bias``: (labels,).
    Safe for threads."""

    def __init__(self, weights: Floats, intercept: Floats, second: Floats, bias: Floats, gazetteer: Gazetteer) -> None:
        self.weights, self.intercept, self.second, self.bias = weights, intercept, second, bias
        self.gazetteer = gazetteer
        self._table = _Table()
        self._lock = threading.Lock()

    def probabilities(self, words: Sequence[str]) -> Floats:
        """Shape (tokens, labels)."""
        first = self.first(words)
        result = np.zeros_like(first)
        result[:, 0] = 1
        rows = np.flatnonzero(_near(softmax(first)[:, 0] < CERTAIN))
        if rows.size:
            result[rows] = softmax(stacked(first, rows) @ self.second + self.bias)
        return result

    def first(self, words: Sequence[str]) -> Floats:
        """Scores of the first stage, (tokens, labels)."""
        with self._lock:
            table = self._table
            known = table.numbers
            new = set(words) - known.keys()
            if new:
                table = self._learn(new, set(words))
                known = table.numbers
            numbers = np.array([known[w] for w in words], np.int64)
            rows = table.rows[numbers].reshape(len(words), len(OFFSETS), len(LABELS))
            exact, category = table.exact[numbers], table.category[numbers]
        n = len(words)
        scores = np.tile(self.intercept, (n, 1))
        for index, offset in enumerate(OFFSETS):  # the word ``offset`` away from the token adds its row for that offset
            if abs(offset) >= n:
                continue
            if offset < 0:
                scores[-offset:] += rows[:offset, index]
            else:
                scores[: n - offset] += rows[offset:, index]
        scores += self.weights[pair_buckets(exact, category)].sum(axis=1)
        return scores

    def _learn(self, new: set[str], needed: set[str]) -> _Table:
        if len(self._table.numbers) + len(new) > KNOWN:
            self._table = _Table()
            new = needed
            if len(needed) > KNOWN:
                raise ValueError(f"more than {KNOWN} different words at once: give shorter pieces")
        for word in new:
            number = len(self._table.numbers)
            described = describe(word, self.gazetteer)
            buckets = word_buckets(described)
            flat = self.weights[list(chain.from_iterable(buckets))]
            cuts = np.cumsum([0, *map(len, buckets[:-1])])
            self._table.rows[number] = np.add.reduceat(flat, cuts, axis=0).reshape(-1)
            self._table.exact[number], self._table.category[number] = described.exact, described.category
            self._table.numbers[word] = number
        return self._table


def to_bytes(model: TokenModel) -> bytes:
    """The model as an ``.npz``: eight bits a weight with one scale a label, only the buckets in use."""
    scale = np.abs(model.weights).max(axis=0) / 127
    small = np.round(model.weights / scale).astype(np.int8)
    used = np.flatnonzero(small.any(axis=1))
    keys = np.array(sorted(model.gazetteer.bits), np.uint32)
    out = io.BytesIO()
    np.savez_compressed(
        out,
        buckets=used.astype(np.uint32),
        weights=small[used],
        scale=scale.astype(np.float32),
        intercept=model.intercept,
        second=model.second,
        bias=model.bias,
        words=keys,
        bits=np.array([model.gazetteer.bits[int(k)] for k in keys], np.uint16),
    )
    return out.getvalue()


def from_bytes(data: bytes) -> TokenModel:
    """The reverse of ``to_bytes``. Raises ValueError or KeyError for anything that is not such a file."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        weights = np.zeros((BUCKETS, len(LABELS)), np.float32)
        weights[arrays["buckets"]] = arrays["weights"].astype(np.float32) * arrays["scale"]
        bits = dict(zip(arrays["words"].tolist(), arrays["bits"].tolist(), strict=True))
        return TokenModel(weights, arrays["intercept"], arrays["second"], arrays["bias"], Gazetteer(bits))


assert max(OFFSETS) == REACH
