"""Requests that nobody should send, through the real proxy: the right status, OpenAI's shape, and nothing in a log."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.plugins.litellm_adapter.conftest import World

CHAT = "/v1/chat/completions"
PROMPT = "PROMPTMARKER-4711-do-not-log-this"
USER = {"role": "user", "content": PROMPT}
ESCAPED_NUL = b'{"model":"auto","messages":[{"role":"user","content":"a\\u0000b"}]}'


def _post(world: World, content: bytes, path: str = CHAT, **headers: str) -> httpx.Response:
    with world.proxy.client() as client:
        return client.post(path, content=content, headers={"content-type": "application/json", **headers})


def _error(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/json"
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert isinstance(error["code"], str)
    assert not error["code"].isdigit()
    assert error["message"]
    for inside in ("litellm", "Traceback", "127.0.0.1", PROMPT, ".py", "Model Group"):
        assert inside not in error["message"]
    return error


BAD: dict[str, tuple[bytes, int, str, str | None]] = {
    "no json": (b"{", 400, "invalid_json", None),
    "not an object": (b"[1]", 400, "invalid_json", None),
    "empty": (b"", 400, "invalid_json", None),
    "not utf-8": (b'{"model":"auto","messages":[{"role":"user","content":"\xff"}]}', 400, "invalid_json", None),
    "lone surrogate": (b'{"model":"auto","messages":[{"role":"user","content":"\\ud800"}]}', 400, "invalid_json", None),
    "nul": (ESCAPED_NUL, 400, "invalid_value", "messages[0].content"),
    "no messages": (b'{"model":"auto","messages":[]}', 400, "invalid_value", "messages"),
    "messages missing": (b'{"model":"auto"}', 400, "invalid_value", "messages"),
    "messages a string": (b'{"model":"auto","messages":"hi"}', 400, "invalid_value", "messages"),
    "model a number": (b'{"model":7,"messages":[{"role":"user","content":"x"}]}', 400, "", "model"),
    "model missing": (b'{"messages":[{"role":"user","content":"x"}]}', 400, "invalid_value", "model"),
    "unknown model": (b'{"model":"nope","messages":[{"role":"user","content":"x"}]}', 404, "model_not_found", "model"),
    "tools a string": (
        b'{"model":"auto","messages":[{"role":"user","content":"x"}],"tools":"t"}', 400, "invalid_value", "tools",
    ),
    "stream a word": (
        b'{"model":"auto","messages":[{"role":"user","content":"x"}],"stream":"yes"}', 400, "invalid_value", "stream",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_malformed_body_is_refused_in_openais_shape(world: World, case: str) -> None:
    content, status, code, param = BAD[case]
    answer = _post(world, content)
    assert answer.status_code == status, answer.text
    error = _error(answer)
    assert error["code"] == code or not code
    assert error["param"] == param
    assert error["type"] == "invalid_request_error"
    assert not world.local.received
    assert not world.cloud.received


def test_an_escaped_backslash_before_u0000_is_not_a_nul(world: World) -> None:
    answer = _post(world, ESCAPED_NUL.replace(b"\\u0000", b"\\\\u0000"))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("header", "value"),
    [("x-signalbox-data-class", "publik"), ("x-signalbox-deadline-ms", "soon"), ("x-signalbox-deadline-ms", "-1")],
)
def test_a_header_that_cannot_be_meant_is_refused(world: World, header: str, value: str) -> None:
    answer = _post(world, json.dumps({"model": "auto", "messages": [USER]}).encode(), **{header: value})
    assert answer.status_code == 400
    assert _error(answer)["param"] == header


def test_a_huge_tool_list_gets_an_answer(world: World) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    for count, status in ((500, 200), (5000, 400)):
        body = {"model": "auto", "messages": [USER], "tools": [tool] * count}
        assert _post(world, json.dumps(body).encode()).status_code == status


def test_ten_megabytes_get_a_clear_answer_and_more_than_the_limit_a_413(world: World) -> None:
    body = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "word " * 2_100_000}]}).encode()
    answer = _post(world, body)
    assert answer.status_code in (200, 400), answer.text[:300]
    if answer.status_code == 400:
        assert _error(answer)["code"] == "context_length_exceeded"
    answer = _post(world, b'{"model":"' + b"x" * (33 * 2**20) + b'"}')
    assert answer.status_code == 413
    assert _error(answer)["code"] == "request_too_large"


UPSTREAM: dict[str, tuple[int, str]] = {
    "error": (500, "internal_error"),
    "rate_limit": (429, "rate_limit_exceeded"),
    "context_length": (400, "context_length_exceeded"),
    "policy": (400, "content_policy_violation"),
    "unauthorized": (502, "upstream_error"),
    "die": (500, "internal_error"),
}


@pytest.mark.parametrize("behavior", UPSTREAM)
def test_an_upstreams_error_is_told_without_internals(world: World, behavior: Any) -> None:
    world.local.behave("small-m", behavior)
    answer = _post(world, json.dumps({"model": "small", "messages": [USER]}).encode())
    status, code = UPSTREAM[behavior]
    assert answer.status_code == status, answer.text
    assert _error(answer)["code"] == code
    assert ("retry-after" in answer.headers) == (status == 429)


@pytest.mark.parametrize("path", [CHAT, "/v1/messages"])
def test_an_upstream_that_dies_in_mid_stream_ends_in_an_error_event(world: World, path: str) -> None:
    world.local.behave("small-m", "die_midstream")
    body = {"model": "small", "max_tokens": 50, "stream": True, "messages": [USER]}
    answer = _post(world, json.dumps(body).encode(), path)
    assert answer.status_code == 200
    assert "answer " in answer.text
    last = [line for line in answer.text.splitlines() if line.startswith("data: {")][-1]
    error = json.loads(last[6:])["error"]
    assert error["code"] == "upstream_disconnected"
    assert "litellm" not in answer.text.lower()


def test_other_paths_are_refused_in_openais_shape(world: World) -> None:
    with world.proxy.client() as client:
        for path in ("/nope", "/v1/nope"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert _error(answer)["code"] == "route_not_served"
        answer = client.post(
            CHAT, json={"model": "auto", "messages": [USER]}, headers={"Authorization": "Bearer sk-no"}
        )
        assert answer.status_code == 401
        assert _error(answer)["code"] == "invalid_api_key"


def test_nothing_of_a_prompt_is_in_any_log(world: World) -> None:
    for behavior in ("error", "rate_limit", "context_length", "policy", "die", "die_midstream", "ok"):
        for name in ("small-m", "big-m"):
            world.local.behave(name, behavior)
        for stream in (False, True):
            body = {"model": "auto", "messages": [USER], "stream": stream, "user": PROMPT}
            _post(world, json.dumps(body).encode())
        _post(world, json.dumps({"model": "auto", "input": PROMPT}).encode(), "/v1/responses")
    _post(world, json.dumps({"model": PROMPT, "messages": [{"role": PROMPT, "content": 7}]}).encode())
    _post(world, (PROMPT + "{").encode())
    logs = world.proxy.all_logs()
    assert len(logs) > 100
    assert PROMPT.encode() not in logs
