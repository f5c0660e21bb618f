"""Reading and checking a body, without a server."""

from __future__ import annotations

import json

import pytest

from plugins.litellm_adapter.body import Disconnected, Message, Receive, parse_object, read_body
from plugins.litellm_adapter.refusal import Refused


def _receive(*messages: Message) -> Receive:
    left = list(messages)

    async def receive() -> Message:
        return left.pop(0)

    return receive


def _part(body: bytes, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_parts_are_joined() -> None:
    assert await read_body(_receive(_part(b"a", True), _part(b"b")), None) == b"ab"


@pytest.mark.parametrize("declared", [None, 11])
async def test_too_large_is_refused(declared: int | None) -> None:
    with pytest.raises(Refused) as caught:
        await read_body(_receive(_part(b"x" * 6, True), _part(b"x" * 6)), declared, limit=10)
    assert caught.value.status == 413


async def test_a_caller_that_left_is_told_apart() -> None:
    with pytest.raises(Disconnected):
        await read_body(_receive(_part(b"x", True), {"type": "http.disconnect"}), None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "not valid JSON"),
        (b"", "not valid JSON"),
        (b"[]", "not an array"),
        (b"null", "not null"),
        (b'"x"', "not a string"),
        (b"true", "not a boolean"),
        (b"1", "not a number"),
        (b'{"a": NaN}', "not valid JSON"),
        (b'{"a":"\xff"}', "not valid UTF-8"),
        (b'{"a":"\\ud800"}', "not valid JSON"),
        (b'{"a":[{"b":"x\\u0000"}]}', "in a[0].b"),
        (b'{"a\\u0000":1}', "in a key"),
    ],
)
def test_what_is_no_object_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_object(body)
    assert caught.value.status == 400
    assert words in caught.value.message


def test_deep_nesting_with_a_nul_does_not_overflow() -> None:
    deep = b'{"a":' + b"[" * 500 + b'"\\u0000"' + b"]" * 500 + b"}"
    with pytest.raises(Refused):
        parse_object(deep)


@pytest.mark.parametrize("value", [{"a": "\\u0000"}, {"a": "é\U0001f600"}, {}])
def test_an_object_is_returned(value: dict[str, str]) -> None:
    assert parse_object(json.dumps(value).encode()) == value
