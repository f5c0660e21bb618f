"""An application in the gateway's place: says which process answered.

Knows: ASGI. Does not know: LiteLLM.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from plugins.litellm_adapter.server import tell_ready

App = Callable[[Any, Any, Any], Awaitable[None]]


def create_app() -> App:
    """The application."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            tell_ready(os.environ)
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})

    return app
