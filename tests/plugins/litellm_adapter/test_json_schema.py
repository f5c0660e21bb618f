"""Cases of ``fits``."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.litellm_adapter.json_schema import fits

AGE = {"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ({"age": 3}, AGE, True),
        ({"age": "3"}, AGE, False),
        ({}, AGE, False),
        ({}, {"type": "nonsense"}, True),
        ("aaaa", {"pattern": "(a+)+$"}, True),
        ({}, {"$ref": "http://127.0.0.1:9/schema.json"}, True),
        ({}, {"$ref": "#"}, True),
        ([], {"type": "object", "title": "x" * 200_000}, True),
    ],
)
def test_fits(value: Any, schema: dict[str, Any], expected: bool) -> None:
    assert fits(value, schema) is expected
