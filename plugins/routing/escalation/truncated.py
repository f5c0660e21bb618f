"""The answer was cut off, and not by the caller. Knows: ``finish_reason``. Does not know: where the cut is."""

from __future__ import annotations

from plugins.routing.escalation.answer import Answer, Asked


def truncated(asked: Asked, answer: Answer) -> str | None:
    """``truncated`` where the model ran out of room though the caller set no bound."""
    return "truncated" if answer.finish_reason == "length" and not asked.length_set else None
