"""A tool call that contradicts the tools given. Knows: names, JSON. Does not know: JSON Schema (``Asked.fits``)."""

from __future__ import annotations

import json

from plugins.routing.escalation.answer import Answer, Asked


def tool_call(asked: Asked, answer: Answer) -> str | None:
    """``unknown_tool``, or ``invalid_arguments`` where they are no JSON object or do not fit the tool's schema."""
    if asked.tools is None or (asked.length_set and answer.finish_reason == "length"):
        return None
    for call in answer.tool_calls:
        if call.name not in asked.tools:
            return "unknown_tool"
        try:
            value = json.loads(call.arguments or "{}")
        except (ValueError, RecursionError):
            return "invalid_arguments"
        if not isinstance(value, dict) or not asked.fits(value, asked.tools[call.name]):
            return "invalid_arguments"
    return None
