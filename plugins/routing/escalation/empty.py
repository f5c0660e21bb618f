"""The answer holds nothing. Knows: text and tool calls. Does not know: why."""

from __future__ import annotations

from plugins.routing.escalation.answer import Answer, Asked


def empty(asked: Asked, answer: Answer) -> str | None:
    """``empty``; not where the caller's own bound may have left no room for the answer."""
    if answer.text.strip() or answer.tool_calls or (asked.length_set and answer.finish_reason == "length"):
        return None
    return "empty"
