"""Spans of free-text personal data from the token model.

Knows: how labels of tokens become spans, and what is not worth telling. Does not know: features, weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from plugins.detectors.names.model import TokenModel
from plugins.detectors.names.tokens import LABELS, tokens
from plugins.detectors.span import Span, View

THRESHOLD = 0.5
"""Probability of being anything at all above which a token is told."""

_NUMBERS = frozenset({"age", "date_time", "zip_code"})
_COURTESY = frozenset(
    {
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "professor",
        "miss",
        "rev",
        "sir",
        "madam",
        "ma",
        "doctor",
        "captain",
        "herr",
        "frau",
    }
    | {"madame", "monsieur", "señor", "señora", "sra", "sr"}
)
PIECE = 4_000
"""Tokens judged together: bounds memory, and the number of different words."""


class Prose:
    """Finds what ``LABELS`` names."""

    def __init__(self, model: TokenModel, threshold: float = THRESHOLD) -> None:
        self._model = model
        self._threshold = threshold

    def find(self, view: View) -> Iterable[Span]:
        """In the text as it was written; places are given in ``view.folded``."""
        words, places = tokens(view.text if view.back is None else view.folded)
        for at in range(0, len(words), PIECE):
            yield from self._piece(words[at : at + PIECE], places[at : at + PIECE])

    def _piece(self, words: list[str], places: list[tuple[int, int]]) -> Iterator[Span]:
        probable = self._model.probabilities(words)
        labels = np.where(1 - probable[:, 0] > self._threshold, 1 + probable[:, 1:].argmax(axis=1), 0)
        told = np.flatnonzero(labels)
        begin = -1
        for n, i in enumerate(told.tolist()):
            if begin < 0:
                begin = i
            last = n + 1 == told.size
            if last or told[n + 1] != i + 1 or labels[i + 1] != labels[i]:
                yield from _span(words, places, probable, int(labels[i]), begin, i)
                begin = -1


def _span(
    words: list[str], places: list[tuple[int, int]], probable: Any, label: int, first: int, last: int
) -> Iterator[Span]:
    while first <= last and not words[first].isalnum():
        first += 1
    while last >= first and not words[last].isalnum() and words[last] != ".":
        last -= 1
    inside = words[first : last + 1]
    if first > last or not any(word.isalnum() for word in inside):
        return
    name = LABELS[label]
    if name not in _NUMBERS and not any(word[0].isalpha() for word in inside):
        return
    if (
        name == "title"
        and len(inside) <= 2
        and inside[0].lower() in _COURTESY
        and not _name_follows(words, probable, last)
    ):
        return
    score = float(1 - probable[first : last + 1, 0].mean())
    yield Span(places[first][0], places[last][1], name, round(score, 3))


def _name_follows(words: list[str], probable: Any, last: int) -> bool:
    following = next((i for i in range(last + 1, min(last + 3, len(words))) if words[i].isalpha()), None)
    return following is not None and int(probable[following].argmax()) == LABELS.index("person")
