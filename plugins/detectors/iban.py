"""Bank accounts in the international form: country, length and mod 97 (ISO 13616), by python-stdnum.

Knows: the form. Does not know: national account numbers (``documents``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from stdnum import iban
from stdnum.exceptions import ValidationError

from plugins.detectors.span import Span, View

_FORM = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ -]?\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_SPACED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")


class Ibans:
    """Finds ``iban_code``."""

    def find(self, view: View) -> Iterable[Span]:
        if not view.runs:
            return
        for match in (*_FORM.finditer(view.folded), *_SPACED.finditer(view.folded)):
            end = _end(view.folded, match.start(), match.end())
            if end:
                yield Span(match.start(), end, "iban_code")


def _end(text: str, start: int, longest: int) -> int:
    """Where a valid IBAN that begins at ``start`` ends; 0: there is none. Words behind it may look like part of it."""
    end = longest
    while end - start >= 15:
        if _valid(text[start:end]):
            return end
        cut = max(text.rfind(" ", start, end), text.rfind("-", start, end))
        end = cut if cut > start else 0
    return 0


def _valid(value: str) -> bool:
    try:
        iban.validate(value, check_country=False)
    except ValidationError:
        return False
    return 15 <= len(value.replace(" ", "").replace("-", "")) <= 34
