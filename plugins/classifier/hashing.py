"""Text to hashed n-grams with numpy alone: the same numbers for training and for serving.

Knows: words, word pairs and character n-grams of a text as 20-bit numbers. Does not know: intents, weights,
scikit-learn.

A polynomial over code points is mixed with the finalizer of SplitMix64 (Steele, Lea, Flood 2014); everything is
vectorized because a Python loop over n-grams costs milliseconds for a long prompt.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint64]
Buckets = NDArray[np.int64]

BITS = 20
BUCKETS = 1 << BITS

_MAX_WORD = 48
_TABLE = 0x3040


def _powers() -> Codes:
    base = 0x9E3779B97F4A7C15
    values = [pow(base, i, 1 << 64) for i in range(1, _MAX_WORD + 1)]
    return np.array(values, dtype=np.uint64)


def _word_table() -> NDArray[np.bool_]:
    """True for code points that belong to words; above the table everything does (other scripts)."""
    table = np.array([chr(i).isalnum() or chr(i) == "_" for i in range(_TABLE)], dtype=np.bool_)
    return np.append(table, True)


def _fold_table() -> NDArray[np.uint64]:
    """Digits become ``0`` and every kind of space becomes a blank, so that other numbers are not other words."""
    table = np.arange(_TABLE, dtype=np.uint64)
    for i in range(_TABLE):
        if chr(i).isspace():
            table[i] = 32
        elif chr(i).isdigit():
            table[i] = 48
    return table


_POWERS = _powers()
_IS_WORD = _word_table()
_FOLD = _fold_table()


def codes(text: str) -> Codes:
    """Code points of the lower-cased ``text``, digits and spaces folded. A lone surrogate counts as ``?``."""
    raw = np.frombuffer(text.lower().encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    low = raw < _TABLE
    return np.where(low, _FOLD[np.where(low, raw, 0)], raw)


def _mixed(values: Codes, salt: int) -> Buckets:
    with np.errstate(over="ignore"):
        h = values + np.uint64(salt * 0xD1B54A32D192ED03 & 0xFFFFFFFFFFFFFFFF)
        h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (h >> np.uint64(64 - BITS)).astype(np.int64)


def words(points: Codes) -> Codes:
    """One number a word, in order; a word longer than 48 characters counts by its first 48."""
    inside = _IS_WORD[np.minimum(points, _TABLE)]
    edges = inside.astype(np.int8)
    edges[1:] -= inside[:-1]
    starts = (edges == 1).nonzero()[0]
    if starts.size == 0:
        return np.empty(0, dtype=np.uint64)
    positions = inside.nonzero()[0]
    number = (edges[positions] == 1).cumsum() - 1
    offset = positions - starts[number]
    keep = offset < _MAX_WORD
    positions, offset = positions[keep], offset[keep]
    with np.errstate(over="ignore"):
        parts = points[positions] * _POWERS[offset]
        return np.add.reduceat(parts, (offset == 0).nonzero()[0])


def unigrams(word_codes: Codes, salt: int) -> Buckets:
    """Buckets of single words."""
    return _mixed(word_codes, salt)


def bigrams(word_codes: Codes, salt: int) -> Buckets:
    """Buckets of neighboring word pairs."""
    with np.errstate(over="ignore"):
        return _mixed(word_codes[:-1] * np.uint64(0xA0761D6478BD642F) + word_codes[1:], salt)


def positioned(word_codes: Codes, count: int, salt: int) -> Buckets:
    """Buckets of the first ``count`` words, each together with its place."""
    head = word_codes[:count]
    with np.errstate(over="ignore"):
        place = np.arange(1, head.size + 1, dtype=np.uint64) * np.uint64(0xE7037ED1A0B428DB)
        return _mixed(head * np.uint64(0xA0761D6478BD642F) + place, salt)


def char_ngrams(points: Codes, sizes: tuple[int, ...], salt: int) -> Buckets:
    """Buckets of character n-grams over runs with single blanks."""
    blank = points == 32
    doubled = np.zeros_like(blank)
    doubled[1:] = blank[1:] & blank[:-1]
    text = np.concatenate(([np.uint64(32)], points[~doubled], [np.uint64(32)]))
    found = []
    with np.errstate(over="ignore"):
        for size in sizes:
            length = text.size - size + 1
            if length <= 0:
                continue
            total = np.full(length, size, dtype=np.uint64)
            for i in range(size):
                total += text[i : i + length] * _POWERS[i]
            found.append(total)
    return _mixed(np.concatenate(found), salt) if found else np.empty(0, dtype=np.int64)
