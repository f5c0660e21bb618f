"""The token model by numpy alone: two linear stages, no loop over tokens, and no work on tokens that cannot matter.

Knows: weights, and labels for each token of a text. Does not know: scikit-learn, how it was trained. The first stage
scores each token from hashed features; the second corrects it by what the first said of its neighbors (stacked
sequential learning, Cohen and Carvalho 2005), which stands in for a Viterbi pass. What a word adds to the scores
around it is computed once for a lexicon's generation. Most words of a text speak so clearly for being nothing that no
neighbors change it: only where a word does not is anything computed (``judged``); ``probabilities`` computes all.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from plugins.detectors.lexicon import WORDS, Reading
from plugins.detectors.names.features import (
    BUCKETS,
    EDGE,
    OFFSETS,
    REACH,
    Gazetteer,
    describe,
    pairs_around,
    word_buckets,
)
from plugins.detectors.names.tokens import LABELS

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

CERTAIN = 0.98
"""First-stage probability of being nothing above which a token away from all others is left alone."""

SIDES = (-2, -1, 1, 2)
"""Neighbors whose first scores the second stage reads."""

TELLING = -20.0
"""A word's own score for its best label less that for nothing, below which it is no part of a name or an address
whatever stands around it. Of all that the full model finds in made-up and in public texts, 99 % holds a word above."""

HOPELESS = -50.0
"""The same with the words around it, below which no pairs of words lift it: their weights do not reach so far."""

UNLIKELY = -15.0
"""The same of the whole first stage, below which the second stage corrects no token."""


def softmax(scores: Floats) -> Floats:
    """Probabilities of each row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result


def stacked(first: Floats, rows: Ints) -> Floats:
    """Input of the second stage for some tokens: shape (rows, labels x 5 + labels x labels x 2)."""
    n, width = first.shape
    padded = np.zeros((n + 4, width), np.float32)
    padded[2:-2] = softmax(first)
    own = padded[rows + 2]
    sides = [padded[rows + 2 + o] for o in SIDES]
    products = [(own[:, :, None] * side[:, None, :]).reshape(rows.size, -1) for side in (sides[1], sides[2])]
    return np.concatenate([first[rows] / 4, *sides, *products], axis=1)


class _Table:
    """What each word of one generation adds to scores. Number 0 stands for what is beyond the ends of a text."""

    def __init__(self, names: Sequence[str], size: int) -> None:
        self.names = names
        self.done = 1
        self.rows = np.zeros((size, len(OFFSETS), len(LABELS)), np.float32)
        self.exact = np.full(size, EDGE, np.uint64)
        self.category = np.full(size, EDGE, np.uint64)
        self.telling = np.zeros(size, np.bool_)


class TokenModel:
    """``weights``: (BUCKETS, labels); ``intercept``: (labels,); ``second``: (stacked, labels); ``bias``: (labels,).
    Safe for threads."""

    def __init__(self, weights: Floats, intercept: Floats, second: Floats, bias: Floats, gazetteer: Gazetteer) -> None:
        self.weights, self.intercept, self.second, self.bias = weights, intercept, second, bias
        self.gazetteer = gazetteer
        self._table = _Table([""], 1)
        self._lock = threading.Lock()

    def judged(self, numbers: Ints, reading: Reading) -> tuple[Ints, Floats]:
        """Tokens that may be something, in order, and their probabilities, (those, labels). ``numbers``: of all
        tokens, as the reading gave them. All others are nothing."""
        table = self._of_generation(reading)
        rows = np.flatnonzero(table.telling[numbers])
        if rows.size:
            padded = _padded(numbers)
            rows = rows[_best(self._alone(table, padded, rows)) > HOPELESS]
        if rows.size:
            rows = rows[_best(self._first(table, padded, rows)) > UNLIKELY]
        if not rows.size:
            return rows, np.zeros((0, len(LABELS)), np.float32)
        looked = _around(rows, 4, numbers.size)
        first = np.full((numbers.size, len(LABELS)), -30, np.float32)
        first[:, 0] = 0
        first[looked] = self._first(table, padded, looked)
        rows = _around(looked[softmax(first[looked])[:, 0] < CERTAIN], 2, numbers.size)
        return rows, self._corrected(first, rows)

    def probabilities(self, words: Sequence[str]) -> Floats:
        """Of every token, all computed: shape (tokens, labels)."""
        first = self.first(words)
        result = np.zeros_like(first)
        result[:, 0] = 1
        rows = _around(np.flatnonzero(softmax(first)[:, 0] < CERTAIN), 2, len(words))
        result[rows] = self._corrected(first, rows)
        return result

    def first(self, words: Sequence[str]) -> Floats:
        """Scores of the first stage, (tokens, labels)."""
        names = ["", *dict.fromkeys(words)]
        table = _Table(names, len(names))
        self._fill(table)
        known = {name: number for number, name in enumerate(names) if number}
        padded = _padded(np.array([known[w] for w in words], np.int64))
        return self._first(table, padded, np.arange(len(words)))

    def _corrected(self, first: Floats, rows: Ints) -> Floats:
        if not rows.size:
            return np.zeros((0, len(LABELS)), np.float32)
        return softmax(stacked(first, rows) @ self.second + self.bias)

    def _alone(self, table: _Table, padded: Ints, rows: Ints) -> Floats:
        """Scores without pairs: each word around a token adds its row for its offset."""
        around = padded[rows[:, None] + np.arange(len(OFFSETS))]
        found: Floats = table.rows[around, np.arange(len(OFFSETS))].sum(axis=1) + self.intercept
        return found

    def _first(self, table: _Table, padded: Ints, rows: Ints) -> Floats:
        around = padded[rows[:, None] + np.arange(REACH - 2, REACH + 3)]
        pairs = self.weights[pairs_around(table.exact[around], table.category[around])].sum(axis=1)
        found: Floats = self._alone(table, padded, rows) + pairs
        return found

    def _of_generation(self, reading: Reading) -> _Table:
        names, table = reading.generation.names, self._table
        if table.names is not names or table.done < len(names):
            with self._lock:
                table = self._table
                if table.names is not names:
                    table = _Table(names, WORDS)
                self._fill(table)
                self._table = table
        return table

    def _fill(self, table: _Table) -> None:
        """Computes what is new in ``table.names``."""
        end = len(table.names)
        for low in range(table.done, end, 512):  # bounds what is gathered at once
            high = min(end, low + 512)
            described = [describe(word, self.gazetteer) for word in table.names[low:high]]
            parts = [part for word in described for part in word_buckets(word)]
            cuts = np.cumsum([0, *map(len, parts[:-1])])
            flat = self.weights[np.fromiter(chain.from_iterable(parts), np.int64)]
            rows = np.add.reduceat(flat, cuts, axis=0).reshape(high - low, len(OFFSETS), len(LABELS))
            table.rows[low:high] = rows
            table.exact[low:high] = [word.exact for word in described]
            table.category[low:high] = [word.category for word in described]
            own = rows[:, REACH]
            words = np.array([word.isalnum() for word in table.names[low:high]])
            digits = np.array([word.isdigit() for word in table.names[low:high]])
            table.telling[low:high] = digits | (words & (_best(own) > TELLING))
        table.done = end


def _best(scores: Floats) -> Floats:
    """The best label's score less that for nothing."""
    found: Floats = scores[:, 1:].max(axis=1) - scores[:, 0]
    return found


def _padded(numbers: Ints) -> Ints:
    edge = np.zeros(REACH, np.int64)
    return np.concatenate((edge, numbers, edge))


def _around(rows: Ints, distance: int, size: int) -> Ints:
    """Also those up to ``distance`` away on either side, in order, each once."""
    marked = np.zeros(size + 2 * distance, np.bool_)
    for offset in range(2 * distance + 1):
        marked[rows + offset] = True
    return np.flatnonzero(marked[distance : size + distance])


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
