"""JSON was asked for and something else came. Knows: JSON. Does not know: JSON Schema (``Asked.fits``)."""

from __future__ import annotations

import json

from plugins.routing.escalation.answer import Answer, Asked


def json_format(asked: Asked, answer: Answer) -> str | None:
    """``invalid_json`` where the text is no JSON, ``schema_mismatch`` where it does not fit; not where the caller's own
    bound cut it."""
    if not asked.json or answer.tool_calls or (asked.length_set and answer.finish_reason == "length"):
        return None
    try:
        value = json.loads(answer.text)
    except (ValueError, RecursionError):
        return "invalid_json"
    if asked.schema is None:
        return None if isinstance(value, dict) else "invalid_json"
    return None if asked.fits(value, asked.schema) else "schema_mismatch"
