"""Whether a conversation is a task for a skill, and the text that it is about.

Knows: the phrases that mark a task (``gateway.skills.NAME.marks``), OpenAI's message shapes. Does not know: models.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from plugins.classifier.ask import content_text

CAPABILITY = "skill/"
"""How the name begins under which applications ask for a skill."""

GROUP = "skills/"
"""How the model group begins that answers."""

Messages = Sequence[Mapping[str, Any]]


def skill_of(capability: str) -> str | None:
    """``lead`` for ``skill/lead``, None for any other model."""
    return capability.removeprefix(CAPABILITY) if capability.startswith(CAPABILITY) else None


def marked(messages: Messages, marks: Sequence[str]) -> bool:
    """Whether one of ``marks`` stands in a system prompt, or at the beginning or end of the only user turn. A
    conversation that goes on is none."""
    users = [m for m in messages if m.get("role") == "user"]
    if len(users) != 1 or any(m.get("role") in ("assistant", "tool", "function") for m in messages):
        return False
    system = _plain("\n".join(content_text(m.get("content")) for m in messages if m.get("role") in _SYSTEM))
    turn = _plain(content_text(users[0].get("content")))
    return any(mark in system or turn.startswith(mark) or turn.endswith(mark) for mark in map(_plain, marks) if mark)


_SYSTEM = ("system", "developer")


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def text_of(messages: Messages, marks: Sequence[str] = ()) -> str:
    """The last user turn, without a mark at its beginning or end."""
    turns = [content_text(m.get("content")) for m in messages if m.get("role") == "user"]
    text = turns[-1].strip() if turns else ""
    for mark in marks:
        words = r"\s+".join(re.escape(word) for word in mark.split())
        text = re.sub(rf"\A{words}[\s:.,-]*|[\s:.,-]*{words}\Z", "", text, flags=re.IGNORECASE)
    return text.strip()
