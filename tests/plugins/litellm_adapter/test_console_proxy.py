"""The forwarding, against a recording upstream at the transport and, for streaming, at the ASGI messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from plugins.litellm_adapter.console_proxy import ConsoleProxy, end_to_end, is_console_path, request_headers


class Upstream(httpx.AsyncBaseTransport):
    """Keeps what it was sent; answers ``answer``."""

    def __init__(self, answer: httpx.Response | Exception | None = None) -> None:
        self.answer = answer or httpx.Response(200, text="ok")
        self.requests: list[tuple[httpx.Request, bytes]] = []
        self.closed: list[bool] = []

    async def aclose(self) -> None:
        self.closed.append(True)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append((request, await request.aread()))
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer.is_stream_consumed:  # made from text: as a stream, like a real answer
            return httpx.Response(
                self.answer.status_code, headers=self.answer.headers, content=once(self.answer.content)
            )
        return self.answer


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def client_of(proxy: ConsoleProxy) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=proxy), base_url="http://gate.example")


async def ask(upstream: Upstream, method: str, path: str, **kwargs: Any) -> httpx.Response:
    proxy = ConsoleProxy(url="http://127.0.0.1:5000", internal_key="inner", transport=upstream)
    try:
        async with client_of(proxy) as client:
            return await client.request(method, path, **kwargs)
    finally:
        await proxy.aclose()


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/console", True),
        ("/console/", True),
        ("/console/a/b", True),
        ("/consolex", False),
        ("/v1/models", False),
        ("/console/../v1", False),
        ("/console/..", False),
        ("/", False),
    ],
)
def test_which_paths_are_the_consoles(path: str, ours: bool) -> None:
    assert is_console_path(path) is ours


async def test_path_query_method_and_body_arrive_as_they_were() -> None:
    upstream = Upstream()
    answer = await ask(upstream, "POST", "/console/a%2Fb?x=%C3%A4&y=1", content=b"form=1")
    assert (answer.status_code, answer.text) == (200, "ok")
    request, body = upstream.requests[0]
    assert (request.method, body) == ("POST", b"form=1")
    assert str(request.url) == "http://127.0.0.1:5000/console/a%2Fb?x=%C3%A4&y=1"
    assert request.headers["content-length"] == "6"
    assert "transfer-encoding" not in request.headers


async def test_a_get_has_no_body() -> None:
    upstream = Upstream()
    await ask(upstream, "GET", "/console")
    assert "content-length" not in upstream.requests[0][0].headers
    assert "transfer-encoding" not in upstream.requests[0][0].headers


def scope_of(*headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"type": "http", "scheme": "https", "client": ("10.1.2.3", 99), "headers": list(headers)}


def test_who_the_client_was_is_said_by_us_alone() -> None:
    sent = request_headers(
        scope_of(
            (b"host", b"gate.example"),
            (b"x-forwarded-for", b"1.1.1.1"),
            (b"x-forwarded-proto", b"http"),
            (b"forwarded", b"for=1.1.1.1"),
            (b"authorization", b"Bearer sk-user"),
            (b"cookie", b"a=b"),
            (b"connection", b"keep-alive, X-Odd"),
            (b"x-odd", b"1"),
            (b"te", b"trailers"),
            (b"upgrade", b"h2c"),
        ),
        "inner",
    )
    assert dict(sent) == {
        b"host": b"gate.example",
        b"cookie": b"a=b",
        b"x-forwarded-for": b"10.1.2.3",
        b"x-forwarded-host": b"gate.example",
        b"x-forwarded-proto": b"https",
        b"authorization": b"Bearer inner",
    }
    assert len(sent) == 6


def test_without_a_key_none_is_sent() -> None:
    assert b"authorization" not in dict(request_headers(scope_of((b"authorization", b"Bearer x")), ""))


def test_headers_of_one_hop_end_here() -> None:
    headers = [(b"Connection", b"close, X-A"), (b"X-A", b"1"), (b"Transfer-Encoding", b"chunked"), (b"X-B", b"2")]
    assert end_to_end(headers) == [(b"x-b", b"2")]


async def test_answers_keep_status_cookies_and_redirects() -> None:
    headers = [
        ("set-cookie", "a=1; HttpOnly"),
        ("set-cookie", "b=2"),
        ("location", "/console/login"),
        ("connection", "close"),
        ("keep-alive", "timeout=5"),
    ]
    answer = await ask(Upstream(httpx.Response(303, headers=headers)), "GET", "/console")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/login")
    assert answer.headers.get_list("set-cookie") == ["a=1; HttpOnly", "b=2"]
    assert "keep-alive" not in answer.headers
    assert "connection" not in answer.headers


@pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("x")])
async def test_a_console_that_is_down_is_a_page_that_says_what_to_do(error: Exception) -> None:
    answer = await ask(Upstream(error), "GET", "/console/models")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["content-type"].startswith("text/html")
    assert "signalbox status" in answer.text
    assert type(error).__name__ in answer.text
    assert "127.0.0.1" not in answer.text


async def test_without_a_console_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGNALBOX_CONSOLE_URL", raising=False)
    async with client_of(ConsoleProxy()) as client:
        answer = await client.get("/console")
    assert answer.status_code == 503
    assert "not running" in answer.text


async def test_the_environment_names_console_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_CONSOLE_URL", "http://127.0.0.1:6000")
    monkeypatch.setenv("SIGNALBOX_INTERNAL_KEY", "from-env")
    upstream = Upstream()
    proxy = ConsoleProxy(transport=upstream)
    async with client_of(proxy) as client:
        await client.get("/console")
    await proxy.aclose()
    request = upstream.requests[0][0]
    assert request.url.port == 6000
    assert request.headers["authorization"] == "Bearer from-env"


async def test_other_paths_are_not_found() -> None:
    upstream = Upstream()
    assert (await ask(upstream, "GET", "/consolex")).status_code == 404
    assert upstream.requests == []


async def test_the_answer_is_passed_on_piece_by_piece() -> None:
    pieces: list[bytes] = []

    async def slowly() -> AsyncIterator[bytes]:
        for piece in (b"one", b"two"):
            yield piece
            assert piece in pieces  # it was sent before the next one was asked for

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        pieces.append(message.get("body", b""))

    proxy = ConsoleProxy(
        url="http://127.0.0.1:5000", internal_key="inner", transport=Upstream(httpx.Response(200, content=slowly()))
    )
    await proxy({**scope_of(), "method": "GET", "path": "/console"}, receive, send)
    await proxy.aclose()
    assert pieces == [b"", b"one", b"two", b""]


async def test_half_a_form_is_never_a_whole_one() -> None:
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"text=ha", "more_body": True},
        {"type": "http.disconnect"},
    ]
    upstream = Upstream()
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    proxy = ConsoleProxy(url="http://127.0.0.1:5000", internal_key="inner", transport=upstream)
    scope = {**scope_of((b"content-length", b"99")), "method": "POST", "path": "/console/try"}
    await proxy(scope, receive, send)
    await proxy.aclose()
    assert upstream.requests == []
    assert statuses[0] == 503


async def test_a_websocket_is_an_error() -> None:
    async def receive() -> dict[str, Any]:
        return {}

    async def send(_: Any) -> None: ...

    with pytest.raises(RuntimeError, match="HTTP only"):
        await ConsoleProxy(url="http://x")({"type": "websocket"}, receive, send)


async def test_in_front_of_an_application_only_the_console_is_taken() -> None:
    seen: list[tuple[str, str]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["type"], scope.get("path", "")))
        if scope["type"] == "http":
            await answer_app(send)

    upstream = Upstream()
    proxy = ConsoleProxy(app, url="http://127.0.0.1:5000", transport=upstream)
    async with client_of(proxy) as client:
        assert (await client.get("/console/models")).text == "ok"
        assert (await client.get("/v1/models")).text == "app"
        assert (await client.get("/console/../v1/models")).text == "app"

    assert upstream.closed == []

    async def receive() -> dict[str, Any]:
        return {}

    async def send(_: Any) -> None: ...

    await proxy({"type": "lifespan"}, receive, send)
    assert upstream.closed == [True]
    assert seen == [("http", "/v1/models"), ("http", "/v1/models"), ("lifespan", "")]
    assert len(upstream.requests) == 1


async def answer_app(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"app"})
