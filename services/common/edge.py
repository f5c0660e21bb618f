"""The outermost layer of a service: request ids, the access line, and what nobody caught.

Knows: ASGI. Does not know: routes, FastAPI's handlers. Logs method, path, status and duration, never a query string,
a header or a body, because those can hold the caller's content.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextvars import ContextVar

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.common.errors import ApiError, error_response

HEADER = "x-request-id"
QUIET_PREFIX = "/health/"
"""Not worth an access line: asked every second or so."""

request_id: ContextVar[str] = ContextVar("signalbox_request_id", default="")
"""The id of the request being served, for log lines and calls to other services."""

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_log = logging.getLogger("signalbox.access")


class Edge:
    """Takes ``x-request-id`` (or makes one), echoes it, and turns an unexpected exception into a plain 500.

    Exceptions are logged by type and place only (``logging``): their messages can quote the request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        identity = given_or_new(scope)
        token = request_id.set(identity)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = identity
            await send(message)

        started = time.perf_counter()
        try:
            await self.app(scope, receive, sending)
        except Exception:  # the edge: whatever was not expected becomes a 500 without internals
            _log.exception("unexpected error request_id=%s", identity)
            if status:
                raise  # headers are out: only a broken connection tells the caller that this is not the whole answer
            await error_response(internal_error(identity))(scope, receive, sending)
        finally:
            if not scope["path"].startswith(QUIET_PREFIX):
                took = (time.perf_counter() - started) * 1000
                _log.info("%s %s %d %.1fms request_id=%s", scope["method"], scope["path"], status, took, identity)
            request_id.reset(token)


def given_or_new(scope: Scope) -> str:
    """The caller's request id where it is a short plain word (it goes into logs), else a new one."""
    for key, value in scope["headers"]:
        if key == HEADER.encode():
            text = value.decode("latin-1")
            if _ACCEPTABLE.fullmatch(text):
                return str(text)
    return uuid.uuid4().hex


def internal_error(identity: str) -> ApiError:
    """What a caller is told of an unexpected exception."""
    return ApiError(
        500, f"Internal error. The service's log says more under request id {identity}.", code="internal_error"
    )
