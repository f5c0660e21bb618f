"""The edge around a small application."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from plugins.litellm_adapter.edge import Edge
from plugins.litellm_adapter.trace import CURRENT, Trace

CHAT = "/v1/chat/completions"


def _app(handler: Callable[[Any, Any, Any], Awaitable[None]], **more: Any) -> httpx.AsyncClient:
    edge = Edge(handler, headers_of=lambda _t: {"x-signalbox-tier": "small"}, **more)
    return httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://gateway")


def _answering(status: int, body: bytes, *headers: tuple[bytes, bytes]) -> Callable[[Any, Any, Any], Awaitable[None]]:
    async def handler(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return handler


async def test_the_parsed_body_is_handed_on_and_bytes_can_still_be_read() -> None:
    seen: dict[str, Any] = {}

    async def handler(scope: Any, receive: Any, send: Any) -> None:
        seen["parsed"], seen["raw"] = scope["parsed_body"], (await receive())["body"]
        seen["trace"] = CURRENT.get()
        await _answering(200, b"{}")(scope, receive, send)

    async def once(scope: Any, receive: Any, send: Any) -> None:
        async def empty() -> Any:
            return {"type": "http.request", "body": b""}

        seen["parsed"], seen["raw"], seen["trace"] = scope["parsed_body"], (await receive())["body"], CURRENT.get()
        await _answering(200, b"{}")(scope, empty, send)

    async with _app(once) as client:
        assert (await client.post(CHAT, json={"model": "auto"})).status_code == 200
    assert seen["parsed"] == (("model",), {"model": "auto"})
    assert json.loads(seen["raw"]) == {"model": "auto"}
    assert isinstance(seen["trace"], Trace)
    assert CURRENT.get() is None


async def test_internal_headers_do_not_leave_and_ours_cannot_be_forged() -> None:
    headers = [
        (b"x-litellm-model-api-base", b"http://10.0.0.1"), (b"x-litellm-call-id", b"7"), (b"llm_provider-x", b"y"),
        (b"x-signalbox-tier", b"forged"), (b"x-litellm-response-cost", b"0.1"), (b"content-type", b"application/json"),
    ]  # fmt: skip
    async with _app(_answering(200, b"{}", *headers)) as client:
        answer = await client.post(CHAT, json={})
    assert answer.headers["x-signalbox-tier"] == "small"
    assert {h for h in answer.headers if h.startswith(("x-litellm", "llm_"))} == {
        "x-litellm-call-id",
        "x-litellm-response-cost",
    }


@pytest.mark.parametrize("path", ["/v1/batches", "/anthropic/v1/messages", "/v1/responses/compact"])
async def test_closed_paths_do_not_reach_the_application(path: str) -> None:
    async def never(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("reached")

    async with _app(never) as client:
        assert (await client.post(path, json={})).status_code == 404


async def test_a_failure_inside_is_an_error_body_and_is_reported_to_the_end() -> None:
    ended: list[int] = []

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("a secret")

    async with _app(broken, on_end=lambda _t, status: ended.append(status)) as client:
        answer = await client.post(CHAT, json={})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["error"]["code"] == "internal_error"
    assert ended == [500]


async def test_a_stream_passes_piece_by_piece_and_its_error_events_are_cleaned() -> None:
    event = b'data: {"error": {"message": "litellm.APIConnectionError: http://10.0.0.1", "code": "500"}}\n\n'

    async def stream(scope: Any, receive: Any, send: Any) -> None:
        head = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        for part in (b"data: 1\n\n", b"data: 2\n\n", event):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    ended: list[int] = []
    async with _app(stream, on_end=lambda _t, status: ended.append(status)) as client:
        text = (await client.post(CHAT, json={})).text
    assert text.startswith("data: 1\n\ndata: 2\n\n")
    assert "litellm" not in text
    assert "upstream_disconnected" in text
    assert ended == [502]


async def test_a_stream_that_breaks_inside_ends_in_an_error_event() -> None:
    async def stream(scope: Any, receive: Any, send: Any) -> None:
        head = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        raise ValueError

    async with _app(stream) as client:
        assert "upstream_disconnected" in (await client.post(CHAT, json={})).text


async def test_management_paths_keep_their_own_errors() -> None:
    body = b'{"detail":"needs a database"}'
    async with _app(_answering(500, body, (b"content-type", b"application/json"))) as client:
        assert (await client.post("/key/generate", content=b"[not json")).content == body


async def test_a_form_above_the_limit_is_refused() -> None:
    async with _app(_answering(200, b"{}")) as client:
        headers = {"content-type": "multipart/form-data; boundary=x", "content-length": str(2**30)}
        answer = await client.post("/v1/audio/transcriptions", content=b"x", headers=headers)
    assert answer.status_code == 413


async def test_no_web_socket_is_opened() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    await Edge(_answering(200, b""))({"type": "websocket", "path": "/v1/realtime"}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_start_and_stop_are_inside_the_lifespan() -> None:
    order: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        order.append("litellm")
        await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    async def on_start() -> None:
        order.append("start")

    async def on_stop() -> None:
        order.append("stop")

    async def send(message: Any) -> None:
        order.append(message["type"])

    async def receive() -> Any:
        return {}

    await Edge(app, on_start, on_stop)({"type": "lifespan"}, receive, send)
    assert order == ["litellm", "start", "lifespan.startup.complete", "stop", "lifespan.shutdown.complete"]
