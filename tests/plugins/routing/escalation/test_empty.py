"""Cases of ``empty``."""

from __future__ import annotations

import pytest

from plugins.routing.escalation.answer import Answer, Asked, ToolCall
from plugins.routing.escalation.empty import empty


@pytest.mark.parametrize(
    ("asked", "answer", "why"),
    [
        (Asked(), Answer(""), "empty"),
        (Asked(), Answer(" \n\t"), "empty"),
        (Asked(), Answer("x"), None),
        (Asked(), Answer("", tool_calls=(ToolCall("f", "{}"),)), None),
        (Asked(length_set=True), Answer("", finish_reason="length"), None),
        (Asked(length_set=True), Answer("", finish_reason="stop"), "empty"),
    ],
)
def test_empty(asked: Asked, answer: Answer, why: str | None) -> None:
    assert empty(asked, answer) == why
