"""A text as the words that a lexical search compares.

Knows: letters, digits, a light English stemmer's few endings, words that say nothing. Does not know: indexes.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+(?:[.\-'’][^\W_]+)*", re.UNICODE)
_PARTS = re.compile(r"[.\-'’]")
_EMPTY = frozenset(
    """
    a an the and or but if of to in on at by for with from as is are was were be been being do does did has have had it
    its this that these those i you he she we they me him her us them my your his our their what which who whom when
    where why how than then there here not no so such can could should would will shall may might must about into over
    under out up down s t
    """.split()  # noqa: SIM905 - a list of eighty quoted words would not be read
)
_ENDINGS = ("ations", "ation", "ingly", "ments", "ment", "ness", "ings", "ing", "edly", "ies", "ied", "ers", "ed", "es",
            "er", "ly", "s")  # fmt: skip
_SHORTEST = 3


def words_of(text: str) -> list[str]:
    """The words, lower-case and shortened, in order; compounds both whole and in parts."""
    found: list[str] = []
    for match in _WORD.finditer(text.lower()):
        word = match.group()
        parts = _PARTS.split(word)
        if len(parts) > 1 and any(any(c.isdigit() for c in part) for part in parts):
            found.append(word)
        found.extend(stem(part) for part in parts if part not in _EMPTY)
    return found


def stem(word: str) -> str:
    """``word`` without one common English ending; a word with digits stays."""
    if any(c.isdigit() for c in word):
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST and not word.endswith("ss"):
            word = word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
            break
    if len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word[:-1] if len(word) > _SHORTEST and word.endswith("e") else word


def keywords(text: str) -> str:
    """``text`` without the words that say nothing; as it is where nothing would be left."""
    kept = [match.group() for match in _WORD.finditer(text) if match.group().lower() not in _EMPTY]
    return " ".join(kept) or text
