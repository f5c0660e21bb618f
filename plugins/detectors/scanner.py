"""All detectors over one text: in chunks, with a deadline, disguises undone, overlaps resolved.

Knows: the literal list of detectors and how they are run. Does not know: requests, classes. Time and memory grow with
the length of the text; nothing is kept between texts.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence

from plugins.detectors.ages import Ages
from plugins.detectors.cards import Cards
from plugins.detectors.context import context_words
from plugins.detectors.crypto import Crypto
from plugins.detectors.dates import Dates
from plugins.detectors.documents import Documents
from plugins.detectors.email import Emails
from plugins.detectors.encoded import hidden_texts
from plugins.detectors.fold import fold, lower
from plugins.detectors.iban import Ibans
from plugins.detectors.national_ids import NationalIds
from plugins.detectors.network import Network
from plugins.detectors.overlaps import resolved
from plugins.detectors.phone import Phones
from plugins.detectors.secrets import Secrets
from plugins.detectors.span import Detector, Span, View

CHUNK = 16_000
"""Characters looked at together."""

OVERLAP = 600
"""Characters that neighboring chunks share, so that what stands across the border is seen whole."""

DEPTH = 2
"""Base64 within base64 is undone this often."""

_RUN = re.compile(r"\d(?:[ \t.\-/()]{0,3}\d)*")


class DetectionTimeout(Exception):  # noqa: N818 - what it is, in the words of the YAML
    """The deadline passed before all of the text was looked at."""


def structured() -> tuple[Detector, ...]:
    """The detectors of identifiers, in order of trust."""
    return (
        Secrets(),
        Cards(),
        Ibans(),
        NationalIds(),
        Crypto(),
        Emails(),
        Network(),
        Documents(),
        Dates(),
        Ages(),
        Phones(),
    )


def view_of(text: str) -> View:
    """A text folded, with its context words and runs of digits."""
    folded, back = fold(text)
    small = lower(folded)
    runs = [m.span() for m in _RUN.finditer(folded)]
    return View(text, folded, small, context_words(small), runs, back)


class Scanner:
    """``detectors`` look at what text says; ``prose`` (the token model) only at text as it was written."""

    def __init__(self, detectors: Sequence[Detector], prose: Sequence[Detector] = ()) -> None:
        self._detectors = tuple(detectors)
        self._prose = tuple(prose)

    def scan(self, text: str, deadline: float | None = None, depth: int = DEPTH, prose: bool = True) -> list[Span]:
        """Spans in order, none overlapping. ``deadline``: of ``time.monotonic``. Raises DetectionTimeout, and
        whatever a detector raises: the caller must then take the text for the most restricted."""
        found: list[Span] = []
        for start, end in chunks(len(text)):
            if deadline is not None and time.monotonic() > deadline:
                raise DetectionTimeout
            found += self._chunk(text[start:end], start, deadline, depth, prose)
        return resolved(found)

    def _chunk(self, text: str, at: int, deadline: float | None, depth: int, prose: bool) -> Iterator[Span]:
        view = view_of(text)
        for detector in (*self._detectors, *(self._prose if prose else ())):
            for span in detector.find(view):
                plain = view.original(span)
                yield Span(plain.start + at, plain.end + at, plain.type, plain.score)
        if depth:
            for start, end, hidden in hidden_texts(text):
                for span in self.scan(hidden, deadline, depth - 1, prose):
                    yield Span(start + at, end + at, span.type, span.score)


def chunks(length: int) -> Iterable[tuple[int, int]]:
    """(start, end) of overlapping pieces that cover a text of this length."""
    if length <= CHUNK:
        return [(0, length)]
    return [(start, min(length, start + CHUNK)) for start in range(0, length - OVERLAP, CHUNK - OVERLAP)]
