"""Dates: a date of birth where words near it say so, else a mere date.

Knows: numeric forms and the names of months in several languages. Does not know: calendars; 31 February passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from plugins.detectors.fold import fold
from plugins.detectors.span import Span, View

_WRITTEN = (
    "jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|février|mar(?:ch|s|zo)?|märz|apr(?:il|ile)?|avril|abril|may|mai|mayo|maggio|june?|juni|juin|"
    "junio|giugno|july?|juli|juillet|julio|luglio|aug(?:ust)?|août|agosto|sept?(?:ember|embre)?|septiembre|settembre|oct(?:ober|obre)?|"
    "okt(?:ober)?|octubre|ottobre|nov(?:ember|embre)?|noviembre|dec(?:ember)?|dez(?:ember)?|décembre|diciembre|dicembre|enero|gennaio|"
    "febrero|febbraio|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia|"
    "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
)
_NUMERIC = re.compile(
    r"(?<![\w.,/-])(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:[0-2]?\d|3[01])(?:[ T]\d\d:\d\d(?::\d\d)?)?"
    r"|[0-3]?\d([-/.])\s?[0-3]?\d\1\s?(?:19|20)?\d\d)(?![\w/]|[.-]\d)"
)
_MONTHS = fold(_WRITTEN)[0]
_DAY_FIRST = re.compile(
    rf"(?<!\w)[0-3]?\d(?:st|nd|rd|th|\.)?,? (?:of |de |di )?(?:{_MONTHS})\.?,?(?: (?:de |del )?(?:19|20)\d\d)(?!\w)"
)
_MONTH_FIRST = re.compile(rf"(?:{_MONTHS})\.? [0-3]?\d(?:st|nd|rd|th)?,? (?:19|20)\d\d(?!\w)")
_MONTH_BEFORE = re.compile(rf"(?:^|\W)((?:{_MONTHS})\.? )$")
_LONGEST_MONTH = 16


class Dates:
    """Finds ``date_of_birth`` and ``date_time``."""

    def find(self, view: View) -> Iterable[Span]:
        if not view.runs:
            return
        for start, end in _places(view.lower, view.numbers):
            birth = view.near("birth", start, end, before=40, after=20)
            yield Span(start, end, "date_of_birth" if birth else "date_time", 0.9)


def _places(text: str, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Every date begins with a number, or with a month that a number follows: only there is a pattern tried."""
    past = 0
    for start in numbers:
        if start < past:
            continue
        match = _NUMERIC.match(text, start) or _DAY_FIRST.match(text, start)
        if match is None and start and text[start - 1] == " ":
            month = _MONTH_BEFORE.search(text, max(0, start - _LONGEST_MONTH), start)
            match = _MONTH_FIRST.match(text, month.start(1)) if month else None
        if match is not None:
            past = match.end()
            yield match.span()
