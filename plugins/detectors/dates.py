"""Dates: a date of birth where words near it say so, else a mere date.

Knows: numeric forms and the names of months in several languages. Does not know: calendars; 31 February passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from plugins.detectors.fold import fold
from plugins.detectors.span import Span, View

_MONTHS = (
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
_NAMED = re.compile(
    rf"(?<!\w)(?:[0-3]?\d(?:st|nd|rd|th|\.)?,? (?:of |de |di )?(?:{_MONTHS})\.?,?(?: (?:de |del )?(?:19|20)\d\d)"
    rf"|(?:{_MONTHS})\.? [0-3]?\d(?:st|nd|rd|th)?,? (?:19|20)\d\d)(?!\w)".translate(
        {ord(c): fold(c)[0] for c in set(_MONTHS) if not c.isascii()}
    )
)


class Dates:
    """Finds ``date_of_birth`` and ``date_time``."""

    def find(self, view: View) -> Iterable[Span]:
        if not view.runs:
            return
        for pattern in (_NUMERIC, _NAMED):
            for match in pattern.finditer(view.lower):
                birth = view.near("birth", *match.span(), before=40, after=20)
                yield Span(match.start(), match.end(), "date_of_birth" if birth else "date_time", 0.9)
