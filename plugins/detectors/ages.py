"""Ages that words beside the number give away.

Knows: the usual English, German, French and Spanish forms. Does not know: whose age it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from plugins.detectors.span import Span, View

_AGE = re.compile(
    r"(?<![\w.,])(\d{1,3})(?=[ -]years?[ -](?:old|of age)|[ -]?y/?o\b|[ -]yrs old"
    r"| jahre alt|-jährig| ans\b(?= et|[.,]|$)| años)"
    r"|\b(?:aged|age:?|turn|turns|turned|turning) (\d{1,3})(?![\w%]|[.,:/-]\d| (?:degrees|pages|percent|times))"
)


class Ages:
    """Finds ``age``."""

    def find(self, view: View) -> Iterable[Span]:
        if not view.runs:
            return
        for match in _AGE.finditer(view.lower):
            group = 1 if match[1] else 2
            if 0 < int(match[group]) <= 120:
                yield Span(*match.span(group), "age", 0.9)
