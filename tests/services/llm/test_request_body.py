from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.common.errors import ApiError
from services.llm.gguf import read_header
from services.llm.request_body import check, read_wish
from tests.support.tiny_gguf import write_tiny_gguf

TOOLS = [{"type": "function", "function": {"name": n, "parameters": {}}} for n in ("a", "b")]


@pytest.mark.parametrize(
    ("raw", "param"),
    [
        (b"", None),
        (b"{", None),
        (b"[1]", None),
        (b"\xff\xfe", None),
        (b"[" * 100_000, None),
        (b"{}", "model"),
        (b'{"model": 3}', "model"),
        (b'{"model": "x", "n": 0}', "n"),
        (b'{"model": "x", "n": true}', "n"),
        (b'{"model": "x", "n": "2"}', "n"),
        (b'{"model": "x", "stream": "yes"}', "stream"),
        (b'{"model": "x", "tools": [], "tool_choice": {"function": {"name": "a"}}}', "tool_choice"),
    ],
)
def test_bad_bodies_are_400(raw: bytes, param: str | None) -> None:
    with pytest.raises(ApiError) as caught:
        read_wish(raw)
    assert (caught.value.status, caught.value.param) == (400, param)


def test_a_plain_body_is_passed_on_as_it_is() -> None:
    body: dict[str, Any] = {"model": "x", "n": 2, "stream": True, "logit_bias": {"1": 2}, "stream_options": None}
    wish = read_wish(json.dumps(body).encode())
    assert (wish.model, wish.choices, wish.stream, wish.body) == ("x", 2, True, body)


def test_a_named_tool_is_offered_alone_and_required() -> None:
    body = {"model": "x", "tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "b"}}}
    wish = read_wish(json.dumps(body).encode())
    assert wish.body["tool_choice"] == "required"
    assert [t["function"]["name"] for t in wish.body["tools"]] == ["b"]


@pytest.mark.parametrize(
    ("options", "path", "says"),
    [
        ({}, "/v1/chat/completions", None),
        ({}, "/v1/completions", None),
        ({}, "/v1/embeddings", "use /v1/chat/completions"),
        ({"chat_template": None}, "/v1/completions", None),
        ({"chat_template": None}, "/v1/chat/completions", "no chat template"),
        ({"pooling": 1}, "/v1/embeddings", None),
        ({"pooling": 1}, "/v1/chat/completions", "use /v1/embeddings"),
        ({"pooling": 4}, "/v1/embeddings", "rerank"),
    ],
)
def test_which_model_serves_which_path(tmp_path: Path, options: dict[str, Any], path: str, says: str | None) -> None:
    header = read_header(write_tiny_gguf(tmp_path / "m.gguf", **options))
    wish = read_wish(b'{"model": "m"}')
    if says is None:
        check(path, wish, header, 4)
        return
    with pytest.raises(ApiError, match=says) as caught:
        check(path, wish, header, 4)
    assert caught.value.status == 400


def test_too_many_choices(tiny_gguf: Path) -> None:
    with pytest.raises(ApiError, match="at most 4"):
        check("/v1/completions", read_wish(b'{"model": "m", "n": 5}'), read_header(tiny_gguf), 4)
