"""Spans of free-text personal data from the token model.

Knows: how labels of tokens become spans, and what is not worth telling. Does not know: features, weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

import numpy as np

from plugins.detectors.lexicon import Ints, Reading
from plugins.detectors.names.model import TokenModel
from plugins.detectors.names.tokens import LABELS
from plugins.detectors.span import Span

THRESHOLD = 0.5
"""Probability of being anything at all above which a token is told."""

_PERSON = LABELS.index("person")
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
        told = labels.nonzero()[0]
        if not told.size:
            return
        people = set(at[probable.argmax(axis=1) == _PERSON].tolist())
        places, kinds = at[told].tolist(), labels[told].tolist()
        nothing = dict(zip(places, probable[told, 0].tolist(), strict=True))
        judged = _Judged(reading, numbers, rows, nothing, people)
        begin = 0
        for n, (place, kind) in enumerate(zip(places, kinds, strict=True)):
            if n + 1 == len(places) or places[n + 1] != place + 1 or kinds[n + 1] != kind:
                span = judged.span(kind, places[begin], place)
                if span is not None:
                    yield span
                begin = n + 1


class _Judged:
    """The tokens of one text in which something was found. ``nothing``: of those told, the probability of being
    nothing; ``people``: those most probably part of a name."""

    def __init__(
        self, reading: Reading, numbers: Ints, rows: Ints, nothing: Mapping[int, float], people: Set[int]
    ) -> None:
        names: list[str] = reading.generation.names
        self._words = [names[number] for number in numbers.tolist()]
        starts, ends = reading.places(rows)
        self._starts, self._ends = starts.tolist(), ends.tolist()
        self._nothing = nothing
        self._people = people

    def span(self, label: int, first: int, last: int) -> Span | None:
        """The span of tokens ``first`` to ``last`` that bear one label; None where it is not worth telling."""
        words = self._words
        while first <= last and not words[first].isalnum():
            first += 1
        while last >= first and not words[last].isalnum() and words[last] != ".":
            last -= 1
        inside = words[first : last + 1]
        if not any(map(str.isalnum, inside)):
            return None
        name = LABELS[label]
        if name not in _NUMBERS and not any(word[0].isalpha() for word in inside):
            return None
        if name not in _NUMBERS and len(inside) == 1 and len(inside[0]) == 1 and inside[0].islower():
            return None  # the name of a function, a variable, a bullet
        courtesy = name == "title" and len(inside) <= 2 and inside[0].lower() in _COURTESY
        if courtesy and not self._name_follows(last):
            return None
        score = 1 - sum([self._nothing[i] for i in range(first, last + 1)]) / len(inside)
        return Span(self._starts[first], self._ends[last], name, round(score, 3))

    def _name_follows(self, last: int) -> bool:
        end = min(last + 3, len(self._words))
        following = next((i for i in range(last + 1, end) if self._words[i].isalpha()), None)
        return following in self._people
