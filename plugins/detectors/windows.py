"""The stretches of a text in which an identifier can stand, as one shorter text.

Knows: which pieces are suspicious, and how far around one a detector looks. Does not know: detectors. Between two
stretches stands a line end, which no identifier crosses.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from plugins.detectors.lexicon import Reading
from plugins.detectors.span import Span

BEFORE, AFTER = 160, 80
"""Characters kept ahead of a suspicious piece and behind it; detectors look for context 60 ahead and 25 behind."""

WHOLE = 0.7
"""Where more than this share would be kept, the text is taken whole."""

GAP = "\n\n"


class Stretches:
    """``text``: what is left, "" where nothing is suspicious. ``whole``: nothing was left out."""

    __slots__ = ("_begins", "_shifts", "text", "whole")

    def __init__(self, reading: Reading) -> None:
        kept = _kept(reading)
        self.whole = kept is None
        self._begins: list[int] = [0]
        self._shifts: list[int] = [0]
        if kept is None:
            self.text = reading.text
            return
        parts, size = [], 0
        self._begins, self._shifts = [], []
        for start, end in kept:
            parts.append(reading.text[start:end])
            self._begins.append(size)
            self._shifts.append(start - size)
            size += end - start + len(GAP)
        self.text = GAP.join(parts)

    def place(self, at: int) -> int:
        """Where in the whole text the character at ``at`` of the shorter one stands."""
        return at + self._shifts[bisect_right(self._begins, at) - 1]

    def moved(self, span: Span) -> Span:
        """The span in the whole text of one in the shorter."""
        if self.whole:
            return span
        return Span(self.place(span.start), self.place(span.end - 1) + 1, span.type, span.score)


def _kept(reading: Reading) -> list[tuple[int, int]] | None:
    """None: all of the text."""
    rows = np.flatnonzero(reading.generation.suspicious[reading.pieces])
    if not rows.size:
        return []
    length = len(reading.text)
    starts = reading.starts()
    ends = starts + reading.generation.length[reading.pieces]
    # Cut where a piece begins or ends, never within one.
    low = starts[np.maximum(np.searchsorted(starts, starts[rows] - BEFORE, "right") - 1, 0)]
    high = ends[np.minimum(np.searchsorted(ends, ends[rows] + AFTER, "left"), ends.size - 1)]
    breaks = np.flatnonzero(low[1:] > high[:-1]) + 1
    first = low[np.concatenate(([0], breaks))]
    last = high[np.concatenate((breaks - 1, [rows.size - 1]))]
    if int((last - first).sum()) > WHOLE * length:
        return None
    return list(zip(first.tolist(), last.tolist(), strict=True))
