"""Serves ``/metrics`` from our own route, under another name inside.

Knows: two paths. Does not know: figures. LiteLLM keeps ``/metrics`` behind a check of its own, without a scrape token;
its own figures, where its Prometheus callback is on, stay at ``/metrics/``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

OUTSIDE = "/metrics"
INSIDE = "/routing/metrics"


class MetricsPath:
    """A pure ASGI layer."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == OUTSIDE:
            scope = {**scope, "path": INSIDE, "raw_path": INSIDE.encode()}
        await self._app(scope, receive, send)
