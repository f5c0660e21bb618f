"""Embeddings, reranking and vector stores as an OpenAI-shaped service.

Knows: routes. Does not know: models, requests' shapes. The model is loaded in the
background; until then it is not ready.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from services.common.app import Readiness, create_app
from services.common.openai_shapes import model_list
from services.retrieval.chat_routes import NAME as EXTRACTIVE
from services.retrieval.chat_routes import chat_routes
from services.retrieval.documents import Documents
from services.retrieval.embeddings import EmbeddingRequest, embed
from services.retrieval.member_routes import member_routes
from services.retrieval.minilm.encoder import Encoder
from services.retrieval.rerank import NAME as RERANK_NAME
from services.retrieval.rerank import RerankRequest, rerank
from services.retrieval.store_routes import store_routes
from services.retrieval.stores import Stores
from services.retrieval.upkeep import EVERY_S, keep, sweep
from services.retrieval.work_routes import work_routes

NAME = "retrieval"
EMBED_NAME = "minilm"
MAX_BODY = 32 * 1024 * 1024


class Model:
    """The encoders, once they are loaded: of callers, and of what stores are asked. ``load`` may raise WeightsError or
    OSError: the service then says why it is not ready, and a restart tries again."""

    def __init__(self, load: Callable[[], Encoder], quick: Callable[[], Encoder]) -> None:
        self._load, self._quick = load, quick
        self._encoders: tuple[Encoder, Encoder] | None = None
        self._problem = ""

    async def open(self) -> None:
        """Loads it in a thread."""
        try:
            self._encoders = await asyncio.to_thread(lambda: (self._load(), self._quick()))
        except (RuntimeError, OSError) as error:
            self._problem = f"the embedding model cannot be loaded: {error}"

    @property
    def encoder(self) -> Encoder:
        """Raises RuntimeError before it is loaded: readiness says when."""
        return self._loaded()[0]

    @property
    def quick(self) -> Encoder:
        """The same of stores: what they hold was embedded by it."""
        return self._loaded()[1]

    def _loaded(self) -> tuple[Encoder, Encoder]:
        if self._encoders is None:
            raise RuntimeError(self._problem or "the embedding model is still being loaded")
        return self._encoders

    async def ready(self) -> Readiness:
        """Whether it is loaded."""
        if self._encoders is not None:
            return Readiness(True)
        return Readiness(False, self._problem or "the embedding model is still being loaded")


def retrieval_app(
    load: Callable[[], Encoder],
    internal_key: str | None,
    stores: Stores,
    documents: Documents,
    *,
    quick: Callable[[], Encoder] | None = None,
    upkeep_s: float = EVERY_S,
) -> FastAPI:
    """The application. ``load``, ``quick``: the model of callers and that of stores (None: the same). ``upkeep_s``:
    seconds between two looks at what waits."""
    model = Model(load, quick or load)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(sweep, stores)
        running = [asyncio.create_task(model.open()), asyncio.create_task(keep(stores, upkeep_s))]
        yield
        for task in running:
            task.cancel()
        await documents.close()
        await asyncio.to_thread(stores.close)

    app = create_app(NAME, ready=model.ready, internal_key=internal_key, lifespan=lifespan, max_body_bytes=MAX_BODY)

    app.include_router(store_routes(stores, documents, lambda: model.quick))
    app.include_router(member_routes(stores, documents))
    app.include_router(work_routes(stores))
    app.include_router(chat_routes(lambda: model.encoder))

    @app.get("/v1/models")
    async def models() -> JSONResponse:
        return JSONResponse(model_list([EMBED_NAME, RERANK_NAME, EXTRACTIVE]))

    @app.post("/v1/embeddings")
    async def embeddings(request: EmbeddingRequest) -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(embed, model.encoder, request))

    @app.post("/v1/rerank")
    async def reranked(request: RerankRequest) -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(rerank, model.encoder, request))

    return app
