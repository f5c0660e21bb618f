"""Lets only the other parts of this gateway in.

Knows: one shared key (``STATE/secrets/internal.key``). Does not know: users, teams, LiteLLM's keys. Health is open:
the supervisor and load balancers ask it without a key.
"""

from __future__ import annotations

import hmac

from starlette.types import ASGIApp, Receive, Scope, Send

from services.common.errors import ApiError, error_response

OPEN_PREFIX = "/health/"


class InternalAuth:
    """Wants ``Authorization: Bearer <key>`` on every path but health; 401 ``invalid_api_key`` otherwise.

    Also guards websockets, which it closes.
    """

    def __init__(self, app: ASGIApp, key: str) -> None:
        if not key:
            raise ValueError("the internal key is empty: set SIGNALBOX_INTERNAL_KEY, or pass None for no key")
        self.app = app
        self._expected = f"Bearer {key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._allowed(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await error_response(
                ApiError(
                    401,
                    "This is an internal service of the gateway: send requests to the gateway's base URL.",
                    code="invalid_api_key",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            )(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        if scope["path"].startswith(OPEN_PREFIX):
            return True
        given = next((value for key, value in scope["headers"] if key == b"authorization"), b"")
        return hmac.compare_digest(given, self._expected)
