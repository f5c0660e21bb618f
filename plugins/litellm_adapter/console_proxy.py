"""Forwards ``/console`` and everything below it from the gateway to the console part.

Knows: HTTP forwarding (hop-by-hop headers, who the client was, streaming both ways).
Does not know: what the console shows or who may log in; the console decides that itself. No litellm import.
"""

from __future__ import annotations

import html
import os
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import httpx

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PREFIX = "/console"

# RFC 9110 section 7.6.1, and the older names that proxies are expected to drop with them.
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding"
    b" upgrade".split()
)
# The console believes these only from us, so whatever the client sent of them is dropped.
FORWARDED = frozenset(b"forwarded x-forwarded-for x-forwarded-host x-forwarded-proto x-forwarded-port".split())

_TIMEOUT = httpx.Timeout(connect=2.0, read=330.0, write=30.0, pool=5.0)
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p><p><a href="/console">Try again</a></p></main></body></html>
"""


class ConsoleProxy:
    """An ASGI application that forwards ``/console`` and below, and leaves everything else to ``app``.

    ``app``: what it stands in front of (connections are then closed when ``app`` shuts down); None where it is
    mounted by itself: other paths are 404, and ``aclose`` is the caller's. Standing in front keeps the console's forms
    out of whatever ``app`` does with bodies. ``url``: the console's base URL; None reads ``SIGNALBOX_CONSOLE_URL`` at
    each request, so a gateway without a console starts all the same. ``internal_key``: sent as the bearer token that
    tells the console that the forwarded-for headers are ours; None reads ``SIGNALBOX_INTERNAL_KEY``. ``transport``: for
    tests.
    """

    def __init__(
        self,
        app: App | None = None,
        *,
        url: str | None = None,
        internal_key: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._app = app
        self._url = url
        self._internal_key = internal_key
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_console_path(scope["path"]):
            await self._forward(scope, receive, send)
        elif self._app is not None:
            try:
                await self._app(scope, receive, send)
            finally:
                if scope["type"] == "lifespan":
                    await self.aclose()
        elif scope["type"] == "http":
            await _page(send, 404, "Not found", "There is no such page.")
        else:
            raise RuntimeError(f"the console speaks HTTP only, not {scope['type']}")

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 503 with a page that says what to do where the console cannot be reached."""
        base = self._url or os.environ.get("SIGNALBOX_CONSOLE_URL", "")
        if not base:
            await _page(send, 503, "The console is not running", _how_to_start("It was not started with this gateway."))
            return
        try:
            response = await self._request(scope, receive, base)
        except httpx.HTTPError as error:
            cause = f"It does not answer ({type(error).__name__})."
            await _page(send, 503, "The console is not answering", _how_to_start(cause))
            return
        await _relay(response, send)

    async def _request(self, scope: Scope, receive: Receive, base: str) -> httpx.Response:
        key = self._internal_key or os.environ.get("SIGNALBOX_INTERNAL_KEY", "")
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope.get("query_string", b"")
        target = raw_path.split(b"?")[0] + (b"?" + query if query else b"")
        headers = request_headers(scope, key)
        has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])
        client = self._ready_client()
        request = client.build_request(
            scope["method"],
            httpx.URL(base).copy_with(raw_path=target),
            headers=headers,
            content=_body(receive) if has_body else None,
        )
        return await client.send(request, stream=True)

    def _ready_client(self) -> httpx.AsyncClient:
        # Made on first use: an httpx client belongs to the event loop that it first runs in.
        if self._client is None:
            self._client = httpx.AsyncClient(
                transport=self._transport,
                timeout=_TIMEOUT,
                trust_env=False,
                follow_redirects=False,
                # httpx would ask for gzip in the name of a client that did not.
                headers={"accept-encoding": "identity"},
            )
        return self._client

    async def aclose(self) -> None:
        """Close the connections to the console."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def is_console_path(path: str) -> bool:
    """Whether a decoded path is the console's. ``/console/../x`` is not: it would reach another part of the service."""
    return (path == PREFIX or path.startswith(PREFIX + "/")) and ".." not in path.split("/")


def request_headers(scope: Scope, internal_key: str) -> Headers:
    """The client's headers as the console gets them: hop-by-hop ones dropped, those about the client set by us.

    The client's ``Authorization`` is dropped too: a gateway key is no console login, and the console must not see one.
    """
    own = {b"host", b"authorization"}
    kept = [(n, v) for n, v in end_to_end(scope["headers"]) if n not in FORWARDED and n not in own]
    host = next((v for n, v in scope["headers"] if n == b"host"), b"")
    client = scope.get("client")
    kept.append((b"host", host))
    kept.append((b"x-forwarded-host", host))
    kept.append((b"x-forwarded-proto", str(scope.get("scheme", "http")).encode()))
    kept.append((b"x-forwarded-for", (client[0] if client else "unknown").encode()))
    if internal_key:
        kept.append((b"authorization", b"Bearer " + internal_key.encode()))
    return kept


def end_to_end(headers: list[tuple[bytes, bytes]]) -> Headers:
    """``headers`` (lower-cased names) without hop-by-hop ones and without those that ``Connection`` names."""
    lowered = [(name.lower(), value) for name, value in headers]
    named = {part.strip().lower() for name, value in lowered if name == b"connection" for part in value.split(b",")}
    return [(n, v) for n, v in lowered if n not in HOP_BY_HOP and n not in named]


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            # Ends the upstream request as broken, so that half a form is never taken for a whole one.
            raise httpx.WriteError("the client went away")
        if chunk := message.get("body", b""):
            yield chunk
        if not message.get("more_body", False):
            return


async def _relay(response: httpx.Response, send: Send) -> None:
    try:
        headers = end_to_end(response.headers.raw)
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        # Raw: the body stays compressed as the console sent it, and content-length stays true.
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        await response.aclose()


def _how_to_start(cause: str) -> str:
    return (
        f"{cause} The gateway itself goes on serving requests. `signalbox status` shows each part and its state; "
        "the console's log is log/console.log in the state directory; `signalbox up` starts every part."
    )


async def _page(send: Send, status: int, title: str, text: str) -> None:
    body = _PAGE.format(title=html.escape(title), text=html.escape(text)).encode()
    headers: Headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
