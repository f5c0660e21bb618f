"""The service's routes.

Knows: which path asks for what. Does not know: how models are loaded (``pool``) or answers passed on (``forward``).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from services.common.app import create_app
from services.llm.errors import POOL_ERRORS, from_pool
from services.llm.forward import forward
from services.llm.library import Library
from services.llm.pool import ModelPool
from services.llm.request_body import check, read_wish
from services.llm.settings import LlmSettings, served_context

_TIDY_S = 5.0


def make_app(settings: LlmSettings, internal_key: str | None) -> FastAPI:
    """The application for one folder of models. It is ready at once: models are loaded when they are first asked
    for."""
    pool = ModelPool(Library(settings.models_dir), settings)
    # No read timeout: a long prompt on a small machine takes minutes, and a caller who tires closes the connection.
    timeout = httpx.Timeout(None, connect=5.0)
    # No kept connections: llama.cpp gives each a thread, and closes it after some idle seconds, perhaps just when it is
    # used again, which would look like a crash.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    client = httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        keeper = asyncio.create_task(_keep_tidy(pool))
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await client.aclose()
            await pool.close()

    app = create_app("llm", ready=None, internal_key=internal_key, lifespan=lifespan)
    app.state.pool = pool
    _add_information(app, pool, settings)

    async def serve(request: Request) -> Response:
        path = request.url.path
        wish = read_wish(await request.body())
        try:
            header = pool.find(wish.model).header
            assert header is not None  # find gives servable models only
            check(path, wish, header, max(settings.parallel, settings.choices))
            return await forward(request, client, pool, path, wish)
        except POOL_ERRORS as error:
            raise from_pool(error) from error

    for path in ("/v1/chat/completions", "/v1/completions", "/v1/embeddings"):
        app.add_api_route(path, serve, methods=["POST"], response_model=None)
    return app


def _add_information(app: FastAPI, pool: ModelPool, settings: LlmSettings) -> None:
    @app.get("/v1/models")
    async def models() -> JSONResponse:
        data = [
            {
                "id": model.name,
                "object": "model",
                "created": model.stamp[0] // 1_000_000_000,
                "owned_by": "signalbox",
                "kind": model.header.kind,
                "max_model_len": served_context(model.header.context_length, settings.context),
            }
            for model in pool.library.scan().values()
            if model.servable and model.header is not None
        ]
        return JSONResponse({"object": "list", "data": data})

    @app.get("/state")
    async def state() -> JSONResponse:
        return JSONResponse(
            {
                "time": time.time(),
                "models": pool.state(),
                "parallel": settings.parallel,
                "max_loaded": settings.max_loaded,
                "memory_mib": settings.memory_mib,
            }
        )


async def _keep_tidy(pool: ModelPool) -> None:
    period = min(_TIDY_S, pool.settings.idle_s / 4) if pool.settings.idle_s else _TIDY_S
    while True:
        await asyncio.sleep(max(0.05, period))
        await pool.tidy()
