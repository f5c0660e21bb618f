"""Bank accounts in the international form: country, length and mod 97 (ISO 13616), by python-stdnum.

Knows: the form. Does not know: national account numbers (``documents``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from stdnum import iban
from stdnum.exceptions import ValidationError

from plugins.detectors.span import Span, View

_LENGTHS = {
    length: frozenset(countries.split())
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
}
_LENGTH = {country: length for length, countries in _LENGTHS.items() for country in countries}
"""Characters without spaces, by country (the registry of ISO 13616)."""

_HEAD = re.compile(r"(?:^|[^A-Za-z0-9])([A-Za-z]{2})[ -]?$")
_REST = re.compile(r"[A-Za-z0-9](?:[ -]?[A-Za-z0-9]){12,32}")


class Ibans:
    """Finds ``iban_code``."""

    def find(self, view: View) -> Iterable[Span]:
        text, past = view.folded, 0
        for run, _ in view.runs:
            head = _HEAD.search(text, max(past, run - 4), run)
            length = _LENGTH.get(head[1].upper()) if head else None
            if head is None or length is None:
                continue
            end = _end(text, head.start(1), length)
            if end:
                past = end
                yield Span(head.start(1), end, "iban_code")


def _end(text: str, start: int, length: int) -> int:
    """Where a valid IBAN of this many letters and digits that begins at ``start`` ends; 0: there is none."""
    match = _REST.match(text, start)
    if match is None:
        return 0
    end, plain = start, []
    for end in range(start, match.end()):
        if text[end] not in " -":
            plain.append(text[end])
            if len(plain) == length:
                break
    return end + 1 if len(plain) == length and _valid("".join(plain)) else 0


def _valid(plain: str) -> bool:
    # Mod 97 first: it costs a hundredth of the whole check, and one text in a hundred passes it by chance.
    if int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 != 1:
        return False
    try:
        iban.validate(plain, check_country=False)
    except ValidationError:
        return False
    return True
