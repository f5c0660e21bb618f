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
from plugins.detectors.encoded import SHORTEST_BLOB, hidden_texts
from plugins.detectors.fold import fold, lower
from plugins.detectors.iban import Ibans
from plugins.detectors.lexicon import Lexicon
from plugins.detectors.names.prose import Prose
from plugins.detectors.national_ids import NationalIds
from plugins.detectors.network import Network
from plugins.detectors.overlaps import resolved
from plugins.detectors.phone import Phones
from plugins.detectors.secrets import Secrets
from plugins.detectors.span import Detector, Span, View, original
from plugins.detectors.windows import Stretches

CHUNK = 16_000
"""Characters looked at together."""

OVERLAP = 600
"""Characters that neighboring chunks share, so that what stands across the border is seen whole."""

DEPTH = 2
"""Base64 within base64 is undone this often."""

_DIGITS = re.compile(r"\d+")
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
    longest = max(map(len, folded.split()), default=0)
    numbers = [m.start() for m in _DIGITS.finditer(folded)]
    return View(text, folded, small, context_words(small), runs, numbers, back, longest)


class Scanner:
    """``detectors`` look only where an identifier can stand; ``everywhere`` (terms) at all of the text; ``prose`` (the
    token model) at the words as they were written."""

    def __init__(
        self, detectors: Sequence[Detector], prose: Sequence[Prose] = (), everywhere: Sequence[Detector] = ()
    ) -> None:
        self._detectors = tuple(detectors)
        self._everywhere = tuple(everywhere)
        self._prose = tuple(prose)
        self._lexicon = Lexicon()

    def scan(self, text: str, deadline: float | None = None, depth: int = DEPTH, prose: bool = True) -> list[Span]:
        """Spans in order, none overlapping. ``deadline``: of ``time.monotonic``. Raises DetectionTimeout, and
        whatever a detector raises: the caller must then take the text for the most restricted."""
        found: list[Span] = []
        for start, end in chunks(len(text)):
            if deadline is not None and time.monotonic() > deadline:
                raise DetectionTimeout
            piece = text[start:end] if end - start < len(text) else text
            spans = self._chunk(piece, deadline, depth, prose)
            found += (Span(s.start + start, s.end + start, s.type, s.score) for s in spans) if start else spans
        return resolved(found) if found else found

    def _chunk(self, text: str, deadline: float | None, depth: int, prose: bool) -> Iterator[Span]:
        folded, back = fold(text)
        reading = self._lexicon.read(folded)
        stretches = Stretches(reading)
        if stretches.text:
            for span in self._stretch(stretches.text, deadline, depth, prose):
                yield original(stretches.moved(span), back)
        for detector in self._everywhere:
            for span in detector.find(View(text, folded, lower(folded))):
                yield original(span, back)
        if not self._prose or not prose:
            return
        if back is None and folded is not text:
            reading = self._lexicon.read(text)
        for model in self._prose:
            for span in model.find(reading):
                yield original(span, back)

    def _stretch(self, text: str, deadline: float | None, depth: int, prose: bool) -> Iterator[Span]:
        view = view_of(text)
        for detector in self._detectors:
            yield from detector.find(view)
        if depth and (view.longest >= SHORTEST_BLOB or "%" in text):
            for start, end, hidden in hidden_texts(text):
                for span in self.scan(hidden, deadline, depth - 1, prose):
                    yield Span(start, end, span.type, span.score)


def chunks(length: int) -> Iterable[tuple[int, int]]:
    """(start, end) of overlapping pieces that cover a text of this length."""
    if length <= CHUNK:
        return [(0, length)]
    return [(start, min(length, start + CHUNK)) for start in range(0, length - OVERLAP, CHUNK - OVERLAP)]
