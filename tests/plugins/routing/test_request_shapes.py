from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.content import BadRequest, Content
from plugins.routing.request_shapes import messages_of, mode_and_shape


@pytest.mark.parametrize(
    ("route", "mode"),
    [
        ("/v1/chat/completions", "chat"),
        ("/openai/deployments/auto/chat/completions", "chat"),
        ("/completions", "completion"),
        ("/v1/responses", "chat"),
        ("/v1/messages", "chat"),
        ("/v1/embeddings", "embedding"),
        ("/rerank", "rerank"),
        ("/v1/audio/transcriptions", "audio_transcription"),
        ("/v1/audio/speech", "audio_speech"),
        ("/v1/images/generations", "image_generation"),
        ("/v1/moderations", "moderation"),
        ("/v1/ocr", "ocr"),
        ("/something/else", "chat"),
    ],
)
def test_mode_of_a_route(route: str, mode: str) -> None:
    assert mode_and_shape(route)[0] == mode


@pytest.mark.parametrize(
    ("shape", "body", "roles"),
    [
        ("chat", {"messages": [{"role": "user", "content": "x"}]}, ["user"]),
        ("prompt", {"prompt": "x"}, ["user"]),
        ("prompt", {"prompt": ["x", "y"]}, ["user", "user"]),
        ("prompt", {"prompt": [1, 2, 3]}, []),
        ("input", {"input": [[1, 2], [3]]}, []),
        ("responses", {"input": "x", "instructions": "y"}, ["system", "user"]),
        ("responses", {"input": [{"role": "user", "content": "x"}]}, ["user"]),
        (
            "responses",
            {
                "input": [
                    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]},
                    {"type": "function_call", "name": "f", "arguments": "{}"},
                    {"type": "function_call_output", "call_id": "c", "output": "42"},
                    {"type": "item_reference", "id": "x"},
                ]
            },
            ["user", "assistant", "tool", "assistant"],
        ),
        ("anthropic", {"system": "s", "messages": [{"role": "user", "content": "x"}]}, ["system", "user"]),
        (
            "anthropic",
            {
                "messages": [
                    {"role": "user", "content": "x"},
                    {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "42"}]},
                ]
            },
            ["user", "assistant", "tool"],
        ),
        ("rerank", {"query": "x", "documents": ["a", {"text": "b"}]}, ["user"]),
        ("audio", {"file": b"..."}, []),
        ("document", {"document": {}}, []),
        ("input", {"input": [{"type": "image_url", "image_url": {"url": "u"}}]}, ["user"]),
    ],
)
def test_messages(shape: str, body: dict[str, Any], roles: list[str]) -> None:
    assert [m["role"] for m in messages_of(body, shape, Content())] == roles


@pytest.mark.parametrize(
    ("shape", "body", "param"),
    [
        ("prompt", {}, "prompt"),
        ("prompt", {"prompt": []}, "prompt"),
        ("input", {"input": 3}, "input"),
        ("input", {"input": ["x", 1.5]}, "input[1]"),
        ("input", {"input": ["x", "\0"]}, "input[1]"),
        ("responses", {}, "input"),
        ("responses", {"input": []}, "input"),
        ("responses", {"input": ["x"]}, "input[0]"),
        ("responses", {"input": [{"role": "king", "content": "x"}]}, "input[0].role"),
        ("anthropic", {"messages": []}, "messages"),
        ("anthropic", {"messages": ["x"]}, "messages[0]"),
        ("rerank", {"documents": []}, "query"),
        ("rerank", {"query": "x", "documents": ["\0"]}, "documents"),
    ],
)
def test_wrong_shapes(shape: str, body: dict[str, Any], param: str) -> None:
    with pytest.raises(BadRequest) as caught:
        messages_of(body, shape, Content())
    assert caught.value.param == param


def test_content_is_not_copied() -> None:
    part = {"type": "image", "source": {"data": "x" * 1000}}
    (message,) = messages_of({"messages": [{"role": "user", "content": [part]}]}, "anthropic", Content())
    assert message["content"][0] is part
