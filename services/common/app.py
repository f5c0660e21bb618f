"""Every service's application is made here, so that they all fail, authenticate and report alike.

Knows: the order of the layers. Does not know: what a service does, how it is started (``serve``).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI
from starlette.middleware import Middleware

from services.common import tracing
from services.common.auth import InternalAuth
from services.common.body_limit import DEFAULT_MAX_BODY, BodyLimit
from services.common.edge import Edge
from services.common.errors import install_error_handlers
from services.common.health import Readiness, ReadyCheck, health_router

__all__ = ["Readiness", "create_app"]

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    name: str,
    *,
    ready: ReadyCheck | None,
    internal_key: str | None,
    lifespan: Lifespan | None = None,
    max_body_bytes: int = DEFAULT_MAX_BODY,
) -> FastAPI:
    """An application with health routes, request ids, OpenAI-shaped errors, a body limit and the internal key.

    ``ready``: asked by ``GET /health/readiness``; None is always ready. ``internal_key``: wanted as a bearer token on
    every path but health; None lets everybody in, for services with their own login. Raises ``ValueError`` where the
    key is an empty string.
    """
    layers = [Middleware(Edge), Middleware(BodyLimit, max_bytes=max_body_bytes)]
    if tracing.wanted(os.environ):
        layers.insert(1, Middleware(tracing.Traced, name=name))
    if internal_key is not None:
        layers.insert(len(layers) - 1, Middleware(InternalAuth, key=internal_key))
        InternalAuth(_no_app, internal_key)  # middleware is built at the first request: complain now
    app = FastAPI(
        title=f"signalbox {name}",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        middleware=layers,
    )
    install_error_handlers(app)
    app.include_router(health_router(name, ready))
    return app


async def _no_app(*_: object) -> None:
    """Stands where a middleware wants an application that is never called."""
