"""What the intent classifier sees of one text: blocks of hashed n-grams and a few structural numbers.

Knows: where in a text an instruction usually stands (its first and last sentence). Does not know: intents, weights,
messages, scikit-learn. Training and serving both call ``extract``, so they cannot differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plugins.classifier import hashing
from plugins.classifier.courtesy import without_courtesy
from plugins.classifier.crosses import CROSSES, crosses
from plugins.classifier.lexicon import LEXICON, lexicon
from plugins.classifier.structure import STRUCTURE, structure

BLOCKS: tuple[str, ...] = ("ask_words", "ask_chars", "opening", "all_words")
"""Names of the n-gram blocks, in order; each is normalized by itself."""

BLOCK_WEIGHTS: tuple[float, ...] = (1.0, 0.6, 0.45, 0.55)
"""Length of each block's vector: how much it may say beside the others."""

DENSE = len(STRUCTURE) + 4 * len(LEXICON) + len(CROSSES)
"""How many numbers an ``Extracted.dense`` has."""

_LEXICON_WEIGHT = np.float32(0.6)
"""How much a word of the lexicon may say beside the n-gram blocks; chosen on left-out groups of the corpus."""

_EDGE = 260
"""Characters of a long text's head and of its tail that are taken as the instruction at most."""

_SHORT = 320
"""A text up to this many characters is an instruction as a whole."""

_SENTENCE_END = re.compile(r"[.!?:。？！]\s|\n")


@dataclass(frozen=True, slots=True)
class Extracted:
    """``blocks``: for each of BLOCKS the buckets found (with repeats). ``dense``: numbers of ``structure``, then of the
    lexicon for the first and for the last sentence, then its crosses; shape (DENSE,)."""

    blocks: tuple[hashing.Buckets, ...]
    dense: NDArray[np.float32]


def truncate(text: str, max_chars: int) -> tuple[str, int]:
    """Head (three fifths) and tail of a text longer than ``max_chars``, and how many characters were left out."""
    if len(text) <= max_chars:
        return text, 0
    head = max_chars * 3 // 5
    tail = max_chars - head - 1
    return text[:head] + "\n" + text[-tail:], len(text) - head - tail


def edges(text: str) -> tuple[str, str]:
    """First and last sentence or line of a long text (each 260 characters at most); a short one is all head."""
    stripped = text.strip()
    if len(stripped) <= _SHORT:
        return stripped, ""
    head = stripped[:_EDGE]
    cut = _SENTENCE_END.search(head, 30)
    tail = stripped[-_EDGE:]
    ends = [match.end() for match in _SENTENCE_END.finditer(tail, 0, max(0, len(tail) - 30))]
    return head[: cut.end()] if cut else head, tail[ends[-1] :] if ends else tail


def extract(text: str) -> Extracted:
    """Features of ``text``, which the caller has already truncated."""
    text = without_courtesy(text)
    head, tail = edges(text)
    ask = hashing.codes(f"{head} \n {tail}" if tail else head)
    ask_words = hashing.words(ask)
    all_words = hashing.words(hashing.codes(text)) if tail else ask_words
    blocks = (
        np.concatenate((hashing.unigrams(ask_words, 1), hashing.bigrams(ask_words, 2))),
        hashing.char_ngrams(ask, (3, 4, 5), 3),
        hashing.positioned(ask_words, 5, 4),
        hashing.unigrams(all_words, 5),
    )
    wanted = np.concatenate((lexicon(head), lexicon(tail), crosses(text, head, tail))) * _LEXICON_WEIGHT
    return Extracted(blocks, np.concatenate((structure(text, head, tail), wanted)))
