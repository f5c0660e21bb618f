"""Cases of ``json_format``."""

from __future__ import annotations

import pytest

from plugins.routing.escalation.answer import Answer, Asked, ToolCall
from plugins.routing.escalation.json_format import json_format

SCHEMA = {"type": "object", "required": ["a"]}
PLAIN = Asked(json=True)
FITTED = Asked(json=True, schema=SCHEMA, fits=lambda value, schema: set(schema["required"]) <= set(value))


@pytest.mark.parametrize(
    ("asked", "answer", "why"),
    [
        (PLAIN, Answer('{"a": 1}'), None),
        (PLAIN, Answer("{'a': 1}"), "invalid_json"),
        (PLAIN, Answer('{"a": 1'), "invalid_json"),
        (PLAIN, Answer('```json\n{"a": 1}\n```'), "invalid_json"),
        (PLAIN, Answer("[1]"), "invalid_json"),
        (PLAIN, Answer("[" * 100_000), "invalid_json"),
        (FITTED, Answer('{"a": 1}'), None),
        (FITTED, Answer('{"b": 1}'), "schema_mismatch"),
        (Asked(), Answer("no json"), None),
        (PLAIN, Answer("", tool_calls=(ToolCall("f", "{}"),)), None),
        (Asked(json=True, length_set=True), Answer('{"a', finish_reason="length"), None),
    ],
)
def test_json_format(asked: Asked, answer: Answer, why: str | None) -> None:
    assert json_format(asked, answer) == why
