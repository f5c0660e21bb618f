"""Parts are found and replaced in every shape, and nothing that LiteLLM holds is changed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from plugins.litellm_adapter.preparation.parts import Part, find, kind_at, replace

FILE = {"type": "file", "file": {"file_id": "f1"}}
DOCUMENT = {"type": "document", "source": {"type": "base64"}}
BODIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "chat": (
        {
            "messages": [
                {"role": "system", "content": "s"},
                {"role": "user", "content": [{"type": "text", "text": "t"}, FILE]},
            ]
        },
        ["messages[1].content[1]"],
    ),
    "responses": (
        {
            "input": [
                {"role": "user", "content": [FILE, FILE]},
                {"type": "function_call_output", "call_id": "c", "output": [FILE]},
            ]
        },
        ["input[0].content[0]", "input[0].content[1]", "input[1].output[0]"],
    ),
    "anthropic": (
        {
            "messages": [
                {
                    "role": "user",
                    "content": [DOCUMENT, {"type": "tool_result", "tool_use_id": "u", "content": [DOCUMENT]}],
                }
            ]
        },
        ["messages[0].content[0]", "messages[0].content[1].content[0]"],
    ),
    "none": ({"messages": [{"role": "user", "content": "plain"}], "input": "text"}, []),
    "odd": ({"messages": [None, 3, {"content": [None, "x", {"type": 5}]}]}, []),
}


@pytest.mark.parametrize("name", BODIES)
async def test_each_part_is_found_and_replaced_without_touching_the_original(name: str) -> None:
    body, paths = BODIES[name]
    before = copy.deepcopy(body)
    assert [path for _, path in find(body, {"file", "document"})] == paths

    async def make(part: Part, path: str) -> list[dict[str, Any]]:
        return [{"type": "text", "text": path}, {"type": "text", "text": kind_at(part)}]

    data = dict(body)
    await replace(data, {"file", "document"}, make)
    assert body == before
    assert list(find(data, {"file", "document"})) == []
    assert [p["text"] for p, _ in find(data, {"text"}) if p["text"] in paths] == paths


async def test_a_part_may_be_left() -> None:
    body = BODIES["chat"][0]

    async def make(part: Part, path: str) -> None:
        return None

    data = dict(body)
    await replace(data, {"file"}, make)
    assert data == body
    assert data["messages"] is body["messages"]


def test_depth_is_bounded() -> None:
    deep: dict[str, Any] = {"type": "file"}
    for _ in range(5000):
        deep = {"content": [deep]}
    assert list(find({"messages": [deep]}, {"file"})) == []
