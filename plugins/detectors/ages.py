"""Ages that words beside the number give away.

Knows: the usual English, German, French and Spanish forms. Does not know: whose age it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from plugins.detectors.span import Span, View

_YEARS = re.compile(
    r"(?<![\w.,])\d{1,3}(?=[ -]years?[ -](?:old|of age)|[ -]?y/?o\b|[ -]yrs old"
    r"| jahre alt|-jährig| ans\b(?= et|[.,]|$)| años)"
)
_BEFORE = re.compile(r"\b(?:aged|age:?|turn|turns|turned|turning) $")
_REACH = 9
_AFTER = re.compile(r"\d{1,3}(?![\w%]|[.,:/-]\d| (?:degrees|pages|percent|times))")


class Ages:
    """Finds ``age``."""

    def find(self, view: View) -> Iterable[Span]:
        if not view.runs:
            return
        text = view.lower
        for start in view.numbers:
            match = _YEARS.match(text, start)
            if match is None and _BEFORE.search(text, max(0, start - _REACH), start):
                match = _AFTER.match(text, start)
            if match is not None and 0 < int(match.group()) <= 120:
                yield Span(*match.span(), "age", 0.9)
