"""A short text as comparable words.

Knows: spelling (case, accents, contractions, "hiii"), politeness that changes nothing, and what names this gateway.
Does not know: questions, answers, scores. Whatever does not look like plain talk (code, data, several lines) has no
words here, so that it is never taken for a known question.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARS = 300
"""Longer texts are never compared: nobody asks a known question in more."""

_ANYWHERE = frozenset({"the", "please", "plz", "pls", "kindly", "just", "actually", "um", "uh", "hmm", "btw"})
_FIRST = frozenset({"ok", "okay", "well", "so", "oh", "ah", "and", "but"})
_LAST = frozenset({"then", "exactly", "bitte"})
"""Said and not meant, anywhere, at the beginning, at the end: left out."""

PREPOSITIONS = frozenset({"of", "in", "to", "with", "for", "from", "by", "on", "at", "behind"})
"""Left hanging at the end when the gateway's name after them is taken out."""

_PLAIN = re.compile(r"[\w\s.,!?¡¿'\"()/:;…–—_&-]*")
_SMILEY = re.compile(r"(?<!\S)(?:[:;]-?[)D(P]|<3|\^\^)(?!\S)")
_CONTRACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (r"\b(what|who|where|how|that|it|there)'?s\b", r"\1 is"),
        (r"\b(\w+)n't\b", r"\1 not"),
        (r"\bi'?m\b", "i am"),
        (r"\b(you|we|they)'re\b", r"\1 are"),
        (r"\b(i|you|we|they)'ve\b", r"\1 have"),
        (r"\b(how|what|who) r u\b", r"\1 are you"),
        (r"\br u\b", "are you"),
        (r"\bu\b", "you"),
        (r"\b(?:thx|thanx|tnx|thnx|thks)\b", "thanks"),
    )
)
_GATEWAY = re.compile(
    r"\b(?:(?:the|this|my|our|your)\s+)?"
    r"(?:signal ?box(?:\s+gateway)?|(?<!\ba )(?<!\bapi )(?<!\bdefault )(?:ai |llm )?gateway"
    r"|(?<=this )(?:router|proxy|box))(?:'s)?\b"
)
_NAMED = re.compile(r"\bx-signalbox-[a-z-]+|\blitellm_config\b|\bdata_boundary\b|\bno_capable_deployment\b")
_WORD = re.compile(r"[^\W_]+")
_LONG = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, slots=True)
class Words:
    """``tokens``: what is compared, in order. ``anchored``: the text names this gateway (its name is not a token)."""

    tokens: tuple[str, ...] = ()
    anchored: bool = False


NOTHING = Words()


def words_of(text: str, anchored: bool = False) -> Words:
    """The words of a text; ``NOTHING`` where it is empty, too long, or not plain talk.

    ``anchored``: it is known to be about this gateway, also where it does not say so.
    """
    if len(text) > MAX_CHARS:
        return NOTHING
    text = text.strip()
    if "\n" in text:
        return NOTHING
    plain = _SMILEY.sub(" ", _without_emoji(_folded(text)))
    if not _PLAIN.fullmatch(plain):
        return NOTHING
    for pattern, into in _CONTRACTIONS:
        plain = pattern.sub(into, plain)
    named, count = _GATEWAY.subn(" ", plain)
    anchored = anchored or count > 0 or _NAMED.search(named) is not None
    words = [_LONG.sub(r"\1", word) for word in _WORD.findall(named.replace("'", " "))]
    return Words(tuple(_stem(word) for word in _meant(words, anchored)), anchored)


def _meant(words: list[str], anchored: bool) -> list[str]:
    words = [word for word in words if word not in _ANYWHERE]
    while words and words[0] in _FIRST:
        del words[0]
    while words and (words[-1] in _LAST or (anchored and words[-1] in PREPOSITIONS)):
        del words[-1]
    return words


def _folded(text: str) -> str:
    """Lower case, without accents, with plain apostrophes."""
    if text.isascii():
        return text.lower()
    text = text.replace("’", "'").replace("‘", "'").casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _without_emoji(text: str) -> str:
    if text.isascii():
        return text
    return "".join(" " if unicodedata.category(c) in ("So", "Sk", "Cf", "Mn") or c == "\ufe0f" else c for c in text)


def _stem(word: str) -> str:
    """English plurals only: "models" is "model"."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
