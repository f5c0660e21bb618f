"""What a detector finds, and the view of a text that it looks at.

Knows: a span, and a text with its folded and lower-cased forms. Does not know: any detector, classes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Span(NamedTuple):
    """``start`` and ``end`` count characters of the text, end excluded. ``type``: a key of
    ``gateway.boundary.detectors``. ``score`` is in 0..1: 1 where a checksum or an unmistakable form holds."""

    start: int
    end: int
    type: str
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class View:
    """A text as detectors see it. ``folded``: look-alikes, odd digits, dashes and spaces replaced by plain ones,
    invisible characters left out. ``lower``: the same, lower-cased, the same length. ``words``: for each group of
    context words, where they end, in order. ``runs``: (start, end) of every run of digits with single separators.
    ``numbers``: where each unbroken group of digits begins. ``longest``: characters of the longest stretch without
    white space. All positions count in ``folded``; ``back`` gives the place in ``text`` of each one, or is None where
    they are the same."""

    text: str
    folded: str
    lower: str
    words: Mapping[str, Sequence[int]] = field(default_factory=dict)
    runs: Sequence[tuple[int, int]] = ()
    numbers: Sequence[int] = ()
    back: Sequence[int] | None = None
    longest: int = 1 << 30

    def near(self, group: str, start: int, end: int, before: int = 60, after: int = 25) -> bool:
        """Whether a context word of ``group`` ends within ``before`` characters ahead of ``start`` or stands within
        ``after`` characters behind ``end``."""
        ends = self.words.get(group)
        if not ends:
            return False
        first = bisect_left(ends, start - before)
        if first < len(ends) and ends[first] <= start:
            return True
        behind = bisect_right(ends, end)
        return behind < len(ends) and ends[behind] <= end + after

    def original(self, span: Span) -> Span:
        """The span in ``text`` of one in ``folded``."""
        return original(span, self.back)


def original(span: Span, back: Sequence[int] | None) -> Span:
    """The span before folding; ``back``: as ``fold`` gave it."""
    return span if back is None else Span(back[span.start], back[span.end - 1] + 1, span.type, span.score)


class Detector(Protocol):
    """Finds spans of one kind. May raise: the request is then restricted."""

    def find(self, view: View) -> Iterable[Span]: ...
