"""Cases of ``tool_call``."""

from __future__ import annotations

import pytest

from plugins.routing.escalation.answer import Answer, Asked, ToolCall
from plugins.routing.escalation.tool_call import tool_call

ASKED = Asked(tools={"find": {"required": ["q"]}, "now": {}}, fits=lambda v, s: set(s.get("required", ())) <= set(v))


@pytest.mark.parametrize(
    ("asked", "call", "why"),
    [
        (ASKED, ToolCall("find", '{"q": 1}'), None),
        (ASKED, ToolCall("find", '{"x": 1}'), "invalid_arguments"),
        (ASKED, ToolCall("find", '{"q": '), "invalid_arguments"),
        (ASKED, ToolCall("find", "[1]"), "invalid_arguments"),
        (ASKED, ToolCall("now", ""), None),
        (ASKED, ToolCall("delete", "{}"), "unknown_tool"),
        (Asked(), ToolCall("delete", "{"), None),
    ],
)
def test_tool_call(asked: Asked, call: ToolCall, why: str | None) -> None:
    assert tool_call(asked, Answer("", tool_calls=(call,))) == why
