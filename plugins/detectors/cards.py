"""Payment cards: length, issuer range and the Luhn check, whatever spaces and dashes stand between the digits.

Knows: ISO/IEC 7812 issuer ranges. Does not know: whether a number was ever issued.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stdnum import luhn

from plugins.detectors.span import Span, View

_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12})"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-59]|[689]\d)\d{11,16}"  # Diners Club
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12,15}"  # Discover
    r"|35\d{14,17}|(?:2131|1800)\d{11}"  # JCB
    r"|(?:5018|5020|5038|5[68]\d\d|6304|67[0-9]\d|6390|0604|60\d\d)\d{8,15}"  # Maestro and other debit cards
    r"|62\d{14,17}|220[0-4]\d{12,15}|9792\d{12}|81\d{14}"  # UnionPay, Mir, Troy, RuPay
)
_SHORTEST, _LONGEST = 12, 19


def groups_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The unbroken groups of digits of one run."""
    return [(start + m.start(), start + m.end()) for m in re.finditer(r"\d+", text[start:end])]


def windows(text: str, start: int, end: int, low: int, high: int) -> Iterator[tuple[int, int, str]]:
    """Every stretch of whole groups with ``low`` to ``high`` digits: (start, end, digits), the longest first for each
    start. At most ``high`` for each group, so linear."""
    groups = groups_of(text, start, end)
    for i, (first, _) in enumerate(groups):
        digits, found = "", []
        for begin, stop in groups[i : i + high]:
            digits += text[begin:stop]
            if len(digits) > high:
                break
            if len(digits) >= low:
                found.append((first, stop, digits))
        yield from reversed(found)


class Cards:
    """Finds ``credit_card``."""

    def find(self, view: View) -> Iterable[Span]:
        for start, end in view.runs:
            if end - start < _SHORTEST:
                continue
            past = start
            for first, stop, digits in windows(view.folded, start, end, _SHORTEST, _LONGEST):
                if first < past or not _ISSUERS.fullmatch(digits) or not luhn.is_valid(digits):
                    continue
                # Short debit numbers pass by chance: one in ten.
                if len(digits) < 15 and stop - first > len(digits) and not view.near("card", first, stop):
                    continue
                past = stop
                yield Span(first, stop, "credit_card")
