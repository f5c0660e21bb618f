"""Marks of a text that only mean something together: a quantity that is asked for among several numbers, a short turn
about "you".

Knows: a few words for quantities, numbers and the second person, in seven languages. Does not know: intents, weights.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

CROSSES: tuple[str, ...] = (
    "amount", "amount_numbers", "amount_document", "years", "you_short", "you_question", "payload",
    "question_first", "question_last", "overlap", "overlap_numbers",
)  # fmt: skip
"""In order: a quantity is asked for; in a text with several numbers; beside a word for a document. Years. A short turn
about "you"; such a question. A short ask, a colon, and something to work on. A question with text after it, or before
it; the share of its words that stand in that text; the same among several numbers."""

_AMOUNT = re.compile(
    r"how (?:many|much|long|far|old|often|fast|deep|tall|heavy|high|likely|big)|what(?:'s| is| was| are) the "
    r"(?:total|sum|average|percentage|probability|area|difference|product|profit|price|cost|chance|ratio|volume|"
    r"perimeter)|what (?:percent|fraction|share|number)|"
    r"calculate|compute|wie ?viele?|wie (?:lange|alt|weit|teuer)|combien|cuánt|quant[io]\b|hoeveel",
)
_NUMBER = re.compile(
    r"\b(?:\d+(?:[.,/:]\d+)*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|"
    r"sixty|hundred|thousand|half|third|quarter|twice|double|triple|zwei|drei|vier|fünf|deux|trois|quatre|dos|tres|cuatro|"
    r"due|tre|quattro|dois|três|twee|drie)\b",
)
_YEAR = re.compile(r"\b(?:1[0-9]{3}|20[0-9]{2})\b")
_YOU = re.compile(
    r"\b(?:you|your|yours|yourself|you're|u|ur|du|dich|dir|dein\w*|tu|te|toi|ton|vous|usted|tú|ti|tuo|você|je|jij|jou)\b",
)
_DOCUMENT_WORD = re.compile(
    r"\b(?:passage|text|article|paragraph|context|document|contract|according)\b", re.IGNORECASE
)
_CONTENT_WORD = re.compile(r"[^\W\d_]{4,}")
_PAYLOAD = re.compile(r"^[^\n:]{6,120}:\s+\S+(?:\s+\S+)+", re.DOTALL)


def crosses(text: str, head: str, tail: str) -> NDArray[np.float32]:
    """The CROSSES of ``text`` with first and last sentence ``head`` and ``tail``; float32, shape (len(CROSSES),)."""
    shown = text if len(text) <= 800 else f"{text[:400]} {text[-400:]}"
    shown, edge = shown.lower(), (tail or head[-160:]).lower()
    amount = float(_AMOUNT.search(edge) is not None)
    numbers = min(1.0, len(_NUMBER.findall(shown)) / 4)
    years = min(1.0, len(_YEAR.findall(shown)) / 2)
    short = text.count(" ") < 14 and "\n" not in text.strip()
    you = float(short and _YOU.search(text.lower()) is not None)
    document = float(_DOCUMENT_WORD.search((head + tail).lower()) is not None)
    asks = float(
        you and (text.rstrip().endswith("?") or head[:6].lower().startswith(("what", "who", "how", "do ", "are ")))
    )
    first, last, overlap = _asked_of(text)
    found = (
        amount, amount * numbers * (1 - years), amount * document, years, you, asks,
        float(_PAYLOAD.match(head) is not None), first, last, overlap, overlap * numbers,
    )  # fmt: skip
    return np.asarray(found, dtype=np.float32)


def _asked_of(text: str) -> tuple[float, float, float]:
    """Whether text follows the last question, whether text goes before it, and the share of its words found there."""
    mark = max(text.rfind("?"), text.rfind("？"))
    if mark < 0:
        return 0.0, 0.0, 0.0
    start = max(text.rfind(end, 0, mark) for end in (".", "!", "\n", "?", ":")) + 1
    before, asked, after = text[:start], text[start:mark], text[mark + 1 :]
    first, last = float(len(after) > 40), float(len(before) > 60)
    if not first and not last:
        return 0.0, 0.0, 0.0
    words = {word[:6] for word in _CONTENT_WORD.findall(asked.lower())}
    there = {word[:6] for word in _CONTENT_WORD.findall(f"{before} {after}".lower())}
    return first, last, len(words & there) / len(words) if words else 0.0
