"""The answer says that this model cannot do such a thing: see an image, hear audio, read a file, being text only.

Knows: how models say so in English, and what the request held. Does not know: whether the next model can. What no model
can (live data, a browser, somebody's mailbox) is left out. What refuses on grounds of safety
never comes here (``look``).
"""

from __future__ import annotations

import re

from plugins.routing.escalation.answer import Answer, Asked

MAX_CHARS = 600
"""A longer answer did something beside saying that it cannot."""

_CANNOT = (
    r"(?:can't|cannot|can not|am unable to|am not able to|'m unable to|'m not able to|do not have the ability to"
    r"|don't have the ability to|am not capable of|'m not capable of|lack the ability to|have no way to)"
)
_SENSES = (
    r"(?:(?:directly|currently|actually|yet) )?(?:see|view|look at|seeing|viewing|open|opening|access|read|reading|hear"
    r"|hearing|listen to|listening to|play|watch|process|processing|analy[sz]e|analy[sz]ing|interpret)"
)
_MEDIUM = {
    "image": r"(?:images?|pictures?|photos?|photographs?|screenshots?|visual)",
    "audio": r"(?:audio|recordings?|sound|voice|speech)",
    "file": r"(?:files?|attachments?|documents?|pdfs?)",
}
_TEXT_ONLY = re.compile(
    r"\bas (?:a|an) (?:text-based|text-only)(?: ai| language)?(?: model| assistant)?\b.{0,60}" + _CANNOT
    + r"|\bi(?:'m| am) (?:only |just )?a (?:text-based|text-only|small)(?: ai| language)* model\b.{0,60}" + _CANNOT
    + r"|\b(?:beyond|outside) (?:of )?my (?:current )?(?:capabilities|abilities)\b",
    re.DOTALL,
)  # fmt: skip
_BY_MEDIUM = {
    name: re.compile(rf"\bi\s?{_CANNOT}\s{_SENSES}\b[^.!?\n]{{0,40}}\b{words}\b") for name, words in _MEDIUM.items()
}


def inability(asked: Asked, answer: Answer) -> str | None:
    """``cannot_see`` where it cannot take what the request held; ``cannot`` where it is beyond this model."""
    if not answer.text or len(answer.text) > MAX_CHARS:
        return None
    head = _plain(answer.text)
    if any(name in asked.modalities and pattern.search(head) for name, pattern in _BY_MEDIUM.items()):
        return "cannot_see"
    return "cannot" if _TEXT_ONLY.search(head) else None


def says_inability(text: str) -> bool:
    """Whether the text speaks of a missing ability at all, whatever was asked."""
    head = _plain(text)
    return bool(_TEXT_ONLY.search(head)) or any(pattern.search(head) for pattern in _BY_MEDIUM.values())


def _plain(text: str) -> str:
    return text[:MAX_CHARS].lower().replace("’", "'")
