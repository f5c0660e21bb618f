"""Spans of free-text personal data from the token model.

Knows: how labels of tokens become spans, and what is not worth telling. Does not know: features, weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from plugins.detectors.lexicon import Ints, Reading
from plugins.detectors.names.model import TokenModel
from plugins.detectors.names.tokens import LABELS
from plugins.detectors.span import Span

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


class Prose:
    """Finds what ``LABELS`` names."""

    def __init__(self, model: TokenModel, threshold: float = THRESHOLD) -> None:
        self._model = model
        self._threshold = threshold

    def find(self, reading: Reading) -> Iterator[Span]:
        """Places count in the reading's text."""
        numbers, rows = reading.tokens()
        at, probable = self._model.judged(numbers, reading)
        labels = np.where(1 - probable[:, 0] > self._threshold, 1 + probable[:, 1:].argmax(axis=1), 0)
        told = np.flatnonzero(labels)
        if not told.size:
            return
        judged = _Judged(reading, numbers, rows, dict(zip(at.tolist(), probable, strict=True)))
        places, kinds = at[told].tolist(), labels[told].tolist()
        begin = 0
        for n, (place, kind) in enumerate(zip(places, kinds, strict=True)):
            if n + 1 == len(places) or places[n + 1] != place + 1 or kinds[n + 1] != kind:
                yield from judged.span(kind, places[begin], place)
                begin = n + 1


class _Judged:
    """The tokens of one text in which something was found."""

    def __init__(self, reading: Reading, numbers: Ints, rows: Ints, probable: Mapping[int, Any]) -> None:
        self._names: list[str] = reading.generation.names
        self._numbers = numbers
        self._starts, self._ends = reading.places(rows)
        self._probable = probable

    def word(self, at: int) -> str:
        return self._names[int(self._numbers[at])]

    def span(self, label: int, first: int, last: int) -> Iterator[Span]:
        """The span of tokens ``first`` to ``last`` that bear one label, where it is worth telling."""
        while first <= last and not self.word(first).isalnum():
            first += 1
        while last >= first and not self.word(last).isalnum() and self.word(last) != ".":
            last -= 1
        inside = [self.word(i) for i in range(first, last + 1)]
        if not any(word.isalnum() for word in inside):
            return
        name = LABELS[label]
        if name not in _NUMBERS and not any(word[0].isalpha() for word in inside):
            return
        if name not in _NUMBERS and len(inside) == 1 and len(inside[0]) == 1 and inside[0].islower():
            return  # the name of a function, a variable, a bullet
        courtesy = name == "title" and len(inside) <= 2 and inside[0].lower() in _COURTESY
        if courtesy and not self._name_follows(last):
            return
        score = 1 - sum(float(self._probable[i][0]) for i in range(first, last + 1)) / len(inside)
        yield Span(int(self._starts[first]), int(self._ends[last]), name, round(score, 3))

    def _name_follows(self, last: int) -> bool:
        end = min(last + 3, len(self._numbers))
        following = next((i for i in range(last + 1, end) if self.word(i).isalpha()), None)
        found = self._probable.get(following) if following is not None else None
        return found is not None and int(found.argmax()) == LABELS.index("person")
