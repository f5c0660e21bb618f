from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.content import BadRequest, Content, plain_text

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
TEXT = {"type": "text", "text": "hello"}


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


@pytest.mark.parametrize(
    ("message", "modalities"),
    [
        (user("hello"), {"text"}),
        (user([TEXT, IMAGE]), {"text", "image"}),
        (user([{"type": "image_url", "image_url": "https://x/y.png"}]), {"text", "image"}),
        (user([{"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}]), {"text", "audio"}),
        (user([{"type": "file", "file": {"file_id": "f"}}]), {"text", "file"}),
        (user([{"type": "image", "source": {"type": "base64", "data": "AA"}}]), {"text", "image"}),
        (user([{"type": "document", "source": {}}]), {"text", "file"}),
        (user([{"type": "something_new", "text": "x"}]), {"text"}),
        ({"role": "developer", "content": "be brief"}, {"text"}),
        ({"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": {"name": "f"}}]}, {"text"}),
        ({"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}, {"text"}),
        ({"role": "assistant", "content": []}, {"text"}),
        ({"role": "tool", "tool_call_id": "c", "content": "42"}, {"text"}),
        ({"role": "function", "name": "f", "content": None}, {"text"}),
        ({"role": "user", "content": "hi", "name": "bob", "unknown_extra": {"a": [1, None, True]}}, {"text"}),
    ],
)
def test_what_is_legal(message: dict[str, Any], modalities: set[str]) -> None:
    content = Content()
    assert content.messages([message])[0] is message
    assert content.modalities == modalities
    assert content.token_estimate > 0


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ("hello", "messages"),
        ({}, "messages"),
        (None, "messages"),
        ([], "messages"),
        (["hello"], "messages[0]"),
        ([{"content": "x"}], "messages[0].role"),
        ([{"role": "king", "content": "x"}], "messages[0].role"),
        ([{"role": [], "content": "x"}], "messages[0].role"),
        ([user("x"), user(None)], "messages[1].content"),
        ([user(3)], "messages[0].content"),
        ([user([])], "messages[0].content"),
        ([user(["x"])], "messages[0].content[0]"),
        ([user([{"text": "x"}])], "messages[0].content[0].type"),
        ([user([{"type": "text"}])], "messages[0].content[0].text"),
        ([user([{"type": "text", "text": 3}])], "messages[0].content[0].text"),
        ([user("x"), user([TEXT, {"type": "image_url"}])], "messages[1].content[1].image_url"),
        ([user([{"type": "image_url", "image_url": {"uri": "x"}}])], "messages[0].content[0].image_url"),
        ([user([{"type": "input_audio", "input_audio": "x"}])], "messages[0].content[0].input_audio"),
        ([user("a\0b")], "messages[0].content"),
        ([user([{"type": "text", "text": "a\0b"}])], "messages[0].content[0].text"),
        ([user("\ud800")], "messages[0].content"),
        ([{"role": "user", "content": "x", "name": "a\0"}], "messages[0].name"),
        ([{"role": "assistant", "tool_calls": [{"function": {"arguments": "\0"}}]}], "messages[0].tool_calls"),
    ],
)
def test_what_is_refused_names_its_place(messages: Any, param: str) -> None:
    with pytest.raises(BadRequest) as caught:
        Content().messages(messages)
    assert caught.value.param == param
    assert len(caught.value.message) < 300


def test_images_cost_a_flat_number_of_tokens() -> None:
    small, big = Content(), Content()
    small.messages([user([IMAGE])])
    big.messages([user([{"type": "image_url", "image_url": {"url": "data:" + "A" * 1_000_000}}])])
    assert small.token_estimate == big.token_estimate


def test_deep_nesting_is_walked_without_recursion() -> None:
    nested: Any = "x"
    for _ in range(50_000):
        nested = [nested]
    content = Content()
    content.strings(nested, "tools[0]")
    assert content.token_estimate == 1


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (user("a"), "a"),
        (user([TEXT, IMAGE, TEXT]), "hello\nhello"),
        (user([TEXT]), "hello"),
        ({"role": "assistant", "content": None}, ""),
    ],
)
def test_plain_text(message: dict[str, Any], text: str) -> None:
    assert plain_text(message) == text
