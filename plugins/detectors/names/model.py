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
    PAIRS,
    REACH,
    Gazetteer,
    buckets,
    describe,
    pairs_around,
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


_BESIDE = [n for n, offset in enumerate(OFFSETS) if offset]
_NOTHING = np.array([0, *[-30] * (len(LABELS) - 1)], np.float32)


def softmax(scores: Floats) -> Floats:
    """Probabilities of each row."""
    powers = np.array(scores.T, order="C")  # a copy, a label a row: numpy is slow along an axis so short
    powers -= powers.max(axis=0)
    np.exp(powers, out=powers)
    powers /= powers.sum(axis=0)
    result: Floats = powers.T
    return result


def stacked(first: Floats, probable: Floats, rows: Ints) -> Floats:
    """Input of the second stage for some tokens: shape (rows, labels x 5 + labels x labels x 2). ``probable``: the
    softmax of ``first``."""
    n, width = first.shape
    padded = np.zeros((n + 4, width), np.float32)
    padded[2:-2] = probable
    found = np.empty((rows.size, 5 + 2 * width, width), np.float32)
    np.divide(first[rows], 4, out=found[:, 0])
    for place, side in enumerate(SIDES):
        found[:, 1 + place] = padded[rows + 2 + side]
    own = probable[rows][:, :, None]
    np.multiply(own, found[:, 2, None, :], out=found[:, 5 : 5 + width])
    np.multiply(own, found[:, 3, None, :], out=found[:, 5 + width :])
    return found.reshape(rows.size, -1)


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
        likely = rows = table.telling[numbers].nonzero()[0]
        if rows.size:
            padded = _padded(numbers)
            scores = self._alone(table, padded, rows)
            near = (_best(scores) > HOPELESS).nonzero()[0]
            rows, scores = rows[near], scores[near]
            scores += self._pairs(table, padded, rows)
            likely = rows[_best(scores) > UNLIKELY]
        if not likely.size:
            return likely, np.zeros((0, len(LABELS)), np.float32)
        looked = _around(likely, 4, numbers.size)
        first = np.full((numbers.size, len(LABELS)), _NOTHING)
        first[rows] = scores
        done = np.zeros(numbers.size, np.bool_)
        done[rows] = True
        new = looked[~done[looked]]
        first[new] = self._first(table, padded, new)
        done[looked] = False
        first[done] = _NOTHING
        probable = softmax(first)
        rows = _around(looked[probable[looked, 0] < CERTAIN], 2, numbers.size)
        return rows, self._corrected(first, probable, rows)

    def probabilities(self, words: Sequence[str]) -> Floats:
        """Of every token, all computed: shape (tokens, labels)."""
        first = self.first(words)
        result = np.zeros_like(first)
        result[:, 0] = 1
        probable = softmax(first)
        rows = _around((probable[:, 0] < CERTAIN).nonzero()[0], 2, len(words))
        result[rows] = self._corrected(first, probable, rows)
        return result

    def first(self, words: Sequence[str]) -> Floats:
        """Scores of the first stage, (tokens, labels)."""
        names = ["", *dict.fromkeys(words)]
        table = _Table(names, len(names))
        self._fill(table)
        known = {name: number for number, name in enumerate(names) if number}
        padded = _padded(np.array([known[w] for w in words], np.int64))
        return self._first(table, padded, np.arange(len(words)))

    def _corrected(self, first: Floats, probable: Floats, rows: Ints) -> Floats:
        if not rows.size:
            return np.zeros((0, len(LABELS)), np.float32)
        return softmax(stacked(first, probable, rows) @ self.second + self.bias)

    def _alone(self, table: _Table, padded: Ints, rows: Ints) -> Floats:
        """Scores without pairs: each word around a token adds its row for its offset."""
        found: Floats = table.rows[padded[rows], 0]
        for offset in range(1, len(OFFSETS)):  # one sum over an axis so short takes numpy three times as long
            found += table.rows[padded[rows + offset], offset]
        found += self.intercept
        return found

    def _first(self, table: _Table, padded: Ints, rows: Ints) -> Floats:
        return self._alone(table, padded, rows) + self._pairs(table, padded, rows)

    def _pairs(self, table: _Table, padded: Ints, rows: Ints) -> Floats:
        """What pairs of words add to the scores of a token between them."""
        around = padded[rows[:, None] + np.arange(REACH - 2, REACH + 3)]
        pairs = pairs_around(table.exact[around], table.category[around])
        found: Floats = self.weights[pairs[:, 0]]
        for pair in range(1, PAIRS):
            found += self.weights[pairs[:, pair]]
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

    def _sums(self, parts: Sequence[Sequence[int]], offsets: Sequence[int]) -> Floats:
        """Weights of each word's features, summed: (words, offsets, labels). ``parts``: base hashes of each word."""
        bases = np.fromiter(chain.from_iterable(parts), np.uint64)
        cuts = np.cumsum([0, *map(len, parts[:-1])])
        return np.add.reduceat(self.weights[buckets(bases, offsets)], cuts, axis=1).swapaxes(0, 1)

    def _fill(self, table: _Table) -> None:
        """Computes what is new in ``table.names``."""
        end = len(table.names)
        for low in range(table.done, end, 512):  # bounds what is gathered at once
            high = min(end, low + 512)
            described = [describe(word, self.gazetteer) for word in table.names[low:high]]
            rows = np.empty((high - low, len(OFFSETS), len(LABELS)), np.float32)
            rows[:, _BESIDE] = self._sums([word.beside for word in described], [OFFSETS[n] for n in _BESIDE])
            rows[:, REACH] = self._sums([word.center for word in described], (0,))[:, 0]
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
    return marked[distance : size + distance].nonzero()[0]


def to_bytes(model: TokenModel) -> bytes:
    """The model as an ``.npz``: eight bits a weight with one scale a label, only the buckets in use."""
    scale = np.abs(model.weights).max(axis=0) / 127
    small = np.round(model.weights / scale).astype(np.int8)
    used = small.any(axis=1).nonzero()[0]
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
