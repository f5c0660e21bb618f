import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from services.common import openai_shapes as shapes


def events(stream: bytes) -> list[Any]:
    *lines, done, rest = stream.decode("ascii").split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def chunks(include_usage: bool) -> list[Any]:
    made = shapes.chat_chunks(
        id="chatcmpl-1",
        model="m",
        pieces=["Grüß ", "Gott\u2028\n\n"],
        fingerprint="f",
        usage=shapes.usage(3, 4) if include_usage else None,
    )
    return events(b"".join(made))


def test_a_completion_is_what_the_sdk_reads() -> None:
    body = shapes.chat_completion(
        id=shapes.completion_id(), model="m", content="hi", usage=shapes.usage(3, 4), fingerprint="f"
    )
    read = ChatCompletion.model_validate(body, strict=True)
    assert read.choices[0].message.content == "hi"
    assert read.usage is not None
    assert read.usage.total_tokens == 7
    assert read.id.startswith("chatcmpl-")


@pytest.mark.parametrize("include_usage", [False, True])
def test_chunks_are_what_the_sdk_reads(include_usage: bool) -> None:
    read = [ChatCompletionChunk.model_validate(chunk) for chunk in chunks(include_usage)]
    text = "".join(c.choices[0].delta.content or "" for c in read if c.choices)
    assert text == "Grüß Gott\u2028\n\n"
    assert read[0].choices[0].delta.role == "assistant"
    finish = [c.choices[0].finish_reason for c in read if c.choices]
    assert finish == [None] * (len(finish) - 1) + ["stop"]
    assert [c.usage is not None for c in read] == [False] * (len(read) - 1) + [include_usage]


def test_usage_is_absent_unless_asked_for() -> None:
    assert all("usage" not in chunk for chunk in chunks(False))
    assert all("usage" in chunk for chunk in chunks(True))


def test_model_list() -> None:
    body = shapes.model_list(["a", "b"])
    assert body["object"] == "list"
    assert [(m["id"], m["object"], m["owned_by"]) for m in body["data"]] == [
        ("a", "model", "signalbox"),
        ("b", "model", "signalbox"),
    ]
