"""Telephone numbers: cheap forms first, then Google's rules (phonenumbers) for what is left.

Knows: international numbers, and national ones by form or by words near them. Does not know: subscribers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers

from plugins.detectors.span import Span, View

_FORM = re.compile(
    r"(?<![\w.,/:\-+])(?:\+|00)?\(?\d{1,4}\)?(?:[ .\-/]{0,2}\(?\d{1,5}\)?){1,7}"
    r"(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w]|[.,/:]\d|-\d)"
)
_NORTH_AMERICAN = re.compile(r"(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?:\s?(?:x|ext\.?)\s?\d+)?")
_PLAIN = re.compile(r"\+[1-9][0-9]{0,4}(?:[ .\-/]{0,2}[0-9]{1,5}){1,7}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[ .]\d{3})+")
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}.*|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}(?:\s.*)?|\d{4} ?[-/] ?\d{4}")
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "CH", "AT", "PL", "SE", "DK", "FI", "PT", "AU", "BR", "IN")
"""Where a national number without context is tried."""

MAX_TRIED = 200
"""Numbers in one chunk that are tried against ``REGIONS``; a table of more is judged by form alone."""


class Phones:
    """Finds ``phone_number``."""

    def find(self, view: View) -> Iterable[Span]:
        if not view.runs:
            return
        tried = 0
        for match in _FORM.finditer(view.folded):
            text = match.group().rstrip("( .-/")
            start, end = match.start(), match.start() + len(text)
            digits = sum(map(str.isdigit, text))
            if not 7 <= digits <= 18 or _DATE.fullmatch(text) or _IP.fullmatch(text):
                continue
            tried += 1
            score = _score(text, view.near("phone", start, end, before=40, after=12), tried <= MAX_TRIED)
            if score:
                yield Span(start, end, "phone_number", score)


def _score(text: str, context: bool, thorough: bool) -> float:
    if text.startswith(("+", "00")):
        return 0.95 if _possible(text) else (0.6 if context else 0.0)
    if _NORTH_AMERICAN.fullmatch(text):
        return 0.9
    if context:
        return 0.8
    separated = len(re.findall(r"[ .\-/)]+", text))
    if separated < 2 or _THOUSANDS.fullmatch(text) or not thorough:
        return 0.0
    # A trunk zero or brackets, and a valid number somewhere: nobody writes quantities so.
    return 0.6 if text[0] in "0(" and any(_valid(text, region) for region in REGIONS) else 0.0


def _possible(text: str) -> bool:
    quick = _possible_by_length(text)
    if quick is not None:
        return quick
    try:
        number = phonenumbers.parse("+" + text[2:] if text.startswith("00") else text, None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)


def _possible_by_length(text: str) -> bool | None:
    """What the library would say of a plainly written number (``+49 30 901820``), from its own table of lengths; None
    where it must be asked, because the number may hold a prefix that does not count."""
    if not _PLAIN.fullmatch(text):
        return None
    digits = "".join(filter(str.isdecimal, text))
    for size in (1, 2, 3):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:size]))
        if regions is None:
            continue
        known = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(digits[:size]), regions[0])
        if known is None or known.general_desc is None:
            return None
        prefix, rest = known.national_prefix_for_parsing, digits[size:]
        if len(rest) < 3 or (prefix and re.match(prefix, rest)):
            return None
        desc = known.general_desc
        return len(rest) in desc.possible_length or len(rest) in desc.possible_length_local_only
    return None


def _valid(text: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False
