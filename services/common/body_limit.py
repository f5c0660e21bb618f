"""Refuses bodies that are too large, before they fill the memory.

Knows: ASGI, a number of bytes. Does not know: what is in a body. Counts what arrives as well, because
``content-length`` may be missing (chunked). Starlette's own limit answers in plain text, which no SDK can read.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.common.errors import ApiError, error_response

DEFAULT_MAX_BODY = 32 * 1024 * 1024


class BodyLimit:
    """Answers 413 ``request_too_large`` where a body has more than ``max_bytes``."""

    def __init__(self, app: ASGIApp, max_bytes: int = DEFAULT_MAX_BODY) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if _declared(scope) > self.max_bytes:
            await error_response(self._error())(scope, receive, send)
            return
        arrived = 0

        async def counting() -> Message:
            nonlocal arrived
            message = await receive()
            if message["type"] == "http.request":
                arrived += len(message.get("body", b""))
                if arrived > self.max_bytes:
                    raise self._error()  # an HTTPException: FastAPI passes it on to the error handlers
            return message

        await self.app(scope, counting, send)

    def _error(self) -> ApiError:
        return ApiError(
            413,
            f"The request is larger than {self.max_bytes} bytes. Send less, or raise the service's limit.",
            code="request_too_large",
        )


def _declared(scope: Scope) -> int:
    for key, value in scope["headers"]:
        if key == b"content-length" and value.isdigit():
            return int(value[:19])
    return 0
