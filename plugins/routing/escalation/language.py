"""The answer is in another script than the question. Knows: scripts. Does not know: languages that share one, so
French for an English question passes: false alarms cost more.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from plugins.routing.escalation.answer import Answer, Asked

MIN_LETTERS = 40
ASKED_SHARE = 0.95
ANSWER_SHARE = 0.8
_SKIPPED = frozenset({"translation", "coding", "extraction", "classification", "math", "rewriting"})
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_NAMES_A_LANGUAGE = re.compile(
    r"\b(?:in|into|to|auf|en|ins|po|на)\s+\w*(?:english|german|french|spanish|italian|russian|chinese|japanese|korean|arabic|greek"
    r"|hebrew|hindi|thai|ukrainian|bulgarian|serbian|englisch|deutsch|russisch|arabisch|mandarin|urdu|persian|farsi)\w*"
    r"|translat|language|alphabet|script|sprache|langue|idioma|lingua|[Яя]зык|语|語|言語|английск|русск",
    re.IGNORECASE,
)
_CJK = ("CJK", "HIRAGANA", "KATAKANA")


def language(asked: Asked, answer: Answer) -> str | None:
    """``wrong_language`` where both are long enough to tell and clearly differ."""
    if asked.intent in _SKIPPED or asked.json or _NAMES_A_LANGUAGE.search(asked.text):
        return None
    question, asked_share = _script(asked.text)
    reply, answer_share = _script(_FENCED.sub(" ", answer.text))
    if question is None or reply is None or question == reply:
        return None
    return "wrong_language" if asked_share >= ASKED_SHARE and answer_share >= ANSWER_SHARE else None


def _script(text: str) -> tuple[str | None, float]:
    """The commonest script of the first 2000 characters and its share; None where there are too few letters."""
    counts = Counter(_of(c) for c in text[:2000] if c.isalpha())
    total = sum(counts.values())
    least = MIN_LETTERS // 4 if counts["CJK"] * 2 > total else MIN_LETTERS
    if total < least:
        return None, 0.0
    name, count = counts.most_common(1)[0]
    return name, count / total


def _of(letter: str) -> str:
    if letter.isascii():
        return "LATIN"
    first = unicodedata.name(letter, "OTHER").split(" ")[0].split("-")[0]
    return "CJK" if first in _CJK else first
