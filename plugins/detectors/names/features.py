"""What the token model sees of each token: hashed features of the word, of its neighbors, and of pairs of both.

Knows: features as bucket numbers, the same for training and serving; the gazetteers as sorted hashes of words. Does
not know: weights. Everything about one word is computed once and remembered; the rest is integer arithmetic over all
tokens.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BITS = 18
BUCKETS = 1 << BITS
REACH = 3
"""Words on each side that count."""

OFFSETS = tuple(range(-REACH, REACH + 1))
KINDS = ("first", "last", "city", "country", "nationality", "street", "job", "company", "month", "common", "vocabulary")
"""The gazetteers: each gives a word one bit."""

Ints = NDArray[np.int64]
Codes = NDArray[np.uint64]
PAIRS = 8


def word_hash(word: str) -> int:
    """32 bits of a word, the same on every machine."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Hashes of lower-cased words, and for each the bits of ``KINDS``."""

    bits: Mapping[int, int]

    def of(self, word: str) -> int:
        return self.bits.get(word_hash(word), 0)


def shape(word: str) -> str:
    """``Xx``, ``xx``, ``XX``, ``X``, a count of digits, or the sign itself; with the script where it is not Latin."""
    if word.isdigit():
        return f"d{min(len(word), 8)}"
    if not word.isalpha():
        return word
    if word.islower():
        base = "xx" if len(word) > 1 else "x"
    elif word.isupper():
        base = "XX" if len(word) > 1 else "X"
    elif word[0].isupper() and word[1:].islower():
        base = "Xx"
    else:
        base = "xX"
    return base if word.isascii() or ord(max(word)) < 0x250 else base + "~"


@dataclass(frozen=True, slots=True)
class Word:
    """``center`` and ``beside``: base hashes of features at the word itself and as a neighbor. ``exact``: a code of
    the word where it is common, else of its category; ``category``: of shape and gazetteers."""

    center: tuple[int, ...]
    beside: tuple[int, ...]
    exact: int
    category: int


def describe(word: str, gazetteer: Gazetteer) -> Word:
    """Everything about one word that features are made of."""
    low = word.lower()
    form = shape(word)
    bits = gazetteer.of(low)
    names = [name for i, name in enumerate(KINDS) if bits >> i & 1]
    common = bool(bits >> KINDS.index("common") & 1)
    kind = f"{form}|{bits}"
    center = [f"w={low}", f"s={form}", f"k={kind}", f"l={form}{min(len(word), 9)}"]
    if word.isalpha():
        center += [f"p{n}={low[:n]}" for n in (2, 3)] + [f"e{n}={low[-n:]}" for n in (2, 3, 4)]
        center += [f"ee={form}{low[-2:]}"]
    elif word.isdigit() and len(word) == 4:
        center += [f"y={word[:2]}"]
    center += [f"g={name}" for name in names]
    beside = [f"w={low}", f"s={form}", f"k={kind}", f"e3={low[-3:]}"] + [f"g={name}" for name in names]
    category = word_hash(kind)
    exact = word_hash("=" + low) if common or not word.isalnum() else category
    return Word(tuple(word_hash("c" + f) for f in center), tuple(word_hash("n" + f) for f in beside), exact, category)


def bucket(base: int, offset: int) -> int:
    """The bucket of a word's feature at an offset."""
    return ((base ^ (offset + 8) * 0x9E3779B1) * 0x85EBCA6B & 0xFFFFFFFF) >> (32 - BITS)


def buckets(bases: Codes, offsets: Sequence[int]) -> Ints:
    """The same of many, shape (offsets, bases)."""
    turned = np.array([(offset + 8) * 0x9E3779B1 for offset in offsets], np.uint64)[:, None]
    mixed = (bases ^ turned) * np.uint64(0x85EBCA6B) & np.uint64(0xFFFFFFFF)
    found: Ints = (mixed >> np.uint64(32 - BITS)).astype(np.int64)
    return found


def word_buckets(word: Word) -> list[list[int]]:
    """For each of ``OFFSETS``: the buckets of the word seen from the token that it stands ``offset`` away from."""
    return [[bucket(base, o) for base in (word.center if o == 0 else word.beside)] for o in OFFSETS]


EDGE = 7
"""The code of what is beyond the ends of a text."""


def pair_buckets(exact: Codes, category: Codes) -> Ints:
    """Buckets of features over several tokens of a whole text; shape (tokens, PAIRS). ``exact`` and ``category``:
    (tokens,)."""
    around = [np.concatenate((np.full(2, EDGE, np.uint64), c, np.full(2, EDGE, np.uint64))) for c in (exact, category)]
    places = np.arange(exact.size)[:, None] + np.arange(5)
    return pairs_around(around[0][places], around[1][places])


# Columns of exact (0 to 4: from two ahead to two behind) and of category (5 to 9) that each pair is made of.
_COMBINED = np.array([(1, 7, 0), (7, 3, 0), (6, 7, 0), (7, 8, 0), (0, 1, 7), (7, 3, 4), (1, 7, 3), (6, 7, 8)])
_OF_TWO = 4
_STARTS = np.array([n * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF for n in range(len(_COMBINED))], np.uint64)
_FACTOR, _LAST, _FOLD = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(29)


def pairs_around(exact: Codes, category: Codes) -> Ints:
    """The same for some tokens: both are (tokens, 5), the codes from two ahead of each token to two behind it."""
    codes = np.concatenate((exact, category), axis=1)
    mixed = np.broadcast_to(_STARTS, (len(codes), PAIRS))
    with np.errstate(over="ignore"):
        for part in range(2):
            mixed = (mixed ^ codes[:, _COMBINED[:, part]]) * _FACTOR
            mixed ^= mixed >> _FOLD
        third = (mixed[:, _OF_TWO:] ^ codes[:, _COMBINED[_OF_TWO:, 2]]) * _FACTOR
        mixed[:, _OF_TWO:] = third ^ (third >> _FOLD)
        found: Ints = (mixed * _LAST >> np.uint64(64 - BITS)).astype(np.int64)
    return found
