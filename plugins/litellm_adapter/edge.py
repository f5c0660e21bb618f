"""The outermost layer: what comes in is well-formed, what goes out tells nothing internal.

Knows: ASGI, which paths are open, error shapes, which headers leave. Does not know: routing. A body is read and
parsed once; LiteLLM finds the parsed object in the scope. Streams pass unbuffered; only errors are rewritten.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from plugins.litellm_adapter.body import (
    MAX_BODY_BYTES,
    Disconnected,
    Message,
    Receive,
    parse_object,
    read_body,
    replay,
    too_large,
)
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.request_headers import HeaderProblem, check_headers
from plugins.litellm_adapter.response import Answer
from plugins.litellm_adapter.scrubbing import Restoring
from plugins.litellm_adapter.surface import Surface, surface
from plugins.litellm_adapter.trace import CURRENT, Trace

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_FORMS = (b"multipart/form-data", b"application/x-www-form-urlencoded")
_FILES = re.compile(r"(?:/v1)?/files|/v1/documents/extract")
MAX_FILE_BYTES = 513 * 2**20
"""Of a form that uploads a file; it goes to disk as it comes. What one file may have says gateway.documents."""

_LOG = logging.getLogger("signalbox.edge")


class Edge:
    """Wraps LiteLLM's application. ``on_start``/``on_stop`` run inside the lifespan, after and before LiteLLM's
    own."""

    def __init__(
        self,
        app: App,
        on_start: Callable[[], Awaitable[None]] | None = None,
        on_stop: Callable[[], Awaitable[None]] | None = None,
        headers_of: Callable[[Trace], Mapping[str, str]] = lambda _trace: {},
        on_end: Callable[[Trace, int], None] = lambda _trace, _status: None,
    ) -> None:
        self._app = app
        self._on_start = on_start
        self._on_stop = on_stop
        self._headers_of = headers_of
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            # Realtime content is judged by nobody yet, so no socket is opened.
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._lifespan(scope, receive, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def relay(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete" and self._on_start is not None:
                await self._on_start()
            if message["type"].startswith("lifespan.shutdown.") and self._on_stop is not None:
                await self._on_stop()
            await send(message)

        await self._app(scope, receive, relay)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, headers = scope["path"], dict(scope["headers"])
        where = surface(path, scope["method"])
        if where is Surface.OTHER and not path.startswith("/routing/"):
            await self._app(scope, receive, Answer(send, Trace(path=path), self._headers_of, judged=False).send)
            return
        trace = Trace(path=path, anthropic=path.endswith("/messages"), edge=True)
        answer = Answer(Restoring(send, trace).send, trace, self._headers_of, judged=True)
        token = CURRENT.set(trace)
        try:
            if where is Surface.CLOSED:
                raise Refused(404, f"{path} is not served by this gateway.", "route_not_served")
            check_headers(headers)
            # Errors and events are rewritten on their way out, so they must not come compressed.
            scope["headers"] = [h for h in scope["headers"] if h[0] != b"accept-encoding"]
            await self._app(scope, await _checked(scope, headers, receive, trace), answer.send)
        except Refused as error:
            await answer.refuse(error)
        except HeaderProblem as error:
            await answer.refuse(Refused(400, str(error), "invalid_header", error.header))
        except Disconnected:
            return
        except Exception as error:  # noqa: BLE001 - the edge: the caller gets an error body, whatever broke inside
            _LOG.error("%s on %s", type(error).__name__, path)
            await answer.broken()
        finally:
            CURRENT.reset(token)
            self._on_end(trace, answer.status)


async def _checked(scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, trace: Trace) -> Receive:
    """A ``receive`` that gives the app a body that was looked at. Raises Refused."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS", "DELETE"):
        return receive
    length = headers.get(b"content-length", b"")
    declared = int(length) if length.isdigit() else None
    if headers.get(b"content-type", b"").lower().startswith(_FORMS):
        return _limited(receive, declared, MAX_FILE_BYTES if _FILES.fullmatch(trace.path) else MAX_BODY_BYTES)
    body = await read_body(receive, declared)
    if body or trace.path.rsplit("/", 1)[-1] != "cancel":
        parsed = parse_object(body)
        # LiteLLM's own cache of the parsed body (http_parsing_utils): without it the body would be parsed again.
        scope["parsed_body"] = (tuple(parsed), parsed)
    trace.body = body
    return replay(body, receive)


def _limited(receive: Receive, declared: int | None, limit: int) -> Receive:
    """Form bodies stream through, up to ``limit`` bytes."""
    if declared is not None and declared > limit:
        raise too_large(limit)
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise too_large(limit)
        return message

    return counted
