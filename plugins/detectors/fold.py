"""Undoes disguises that keep a value readable: look-alike letters, odd digits, strange dashes and spaces, invisible
signs.

Knows: Unicode's compatibility forms (NFKC, UAX 15) and the letters of other scripts that look like Latin ones (from
UTS 39, the common ones). Does not know: detectors. One character becomes one character or none, so places can be
told.
"""

from __future__ import annotations

import re
import unicodedata

_LOOK_ALIKES = {
    "АВЕКМНОРСТУХІЈЅԁԛԝ": "ABEKMHOPCTYXIJSdqw",
    "авеіјкмнорстухѕһӏ": "abeijkmhopctyxshl",
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ": "ABEZHIKMNOPTYX",
    "αικνορτυχϲ": "aiknoptuxc",
    "ıⅼᴏ": "ilo",
}
_PLAIN = {a: b for there, here in _LOOK_ALIKES.items() for a, b in zip(there, here, strict=True)}
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\u034f")


class _Table(dict[int, str]):
    """``str.translate`` table that learns characters as they come; bounded by the number of characters there are."""

    def __missing__(self, point: int) -> str:
        found = self[point] = _plain(chr(point))
        return found


def _plain(char: str) -> str:
    if char in _INVISIBLE or 0xFE00 <= ord(char) <= 0xFE0F:
        return ""
    if char in _PLAIN:
        return _PLAIN[char]
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.digit(char))
    if kind == "Pd" or char == "\u2212":
        return "-"
    if kind == "Zs":
        return " "
    same = unicodedata.normalize("NFKC", char)
    return same if len(same) == 1 else char


TABLE = _Table({i: chr(i) for i in range(128)})


_CHANGED = re.compile(
    "[^\\x00-\\x7f\u00b0\u00c0-\u0130\u0132-\u013e\u0141-\u0148\u014a-\u017e\u2018-\u201f\u2022\u20ac]"
)
"""Whatever is not surely its own plain form: what Latin languages write passes without a look at each character."""


def fold(text: str) -> tuple[str, list[int] | None]:
    """The plain form, and for each of its characters the place in ``text``: None where that is the same place."""
    if text.isascii() or not _CHANGED.search(text):
        return text, None
    folded = text.translate(TABLE)
    if len(folded) == len(text):
        return folded, None
    return folded, [i for i, char in enumerate(text) if TABLE[ord(char)]]


def lower(folded: str) -> str:
    """Lower case with the same length; a letter whose lower case is longer stays as it is."""
    found = folded.lower()
    if len(found) == len(folded):
        return found
    return "".join(low if len(low := char.lower()) == 1 else char for char in folded)
