"""``/v1/vector_stores``: stores, and searching them.

Knows: OpenAI's routes. Does not know: how any of it is done (``stores``). Source: the OpenAI API reference, "Vector
stores".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request

from services.retrieval.documents import Documents
from services.retrieval.minilm.encoder import Encoder
from services.retrieval.owner import Owner, owner_of
from services.retrieval.queries import Queries
from services.retrieval.records import StoreRecord
from services.retrieval.reindexing import progress
from services.retrieval.requests import AttachFile, CreateStore, ModifyStore, Search
from services.retrieval.rerank import relevance
from services.retrieval.shapes import class_of, hit_object, page_of, store_object
from services.retrieval.stores import Stores
from services.retrieval.words import keywords

Limit = Annotated[int, Query(ge=1, le=100)]
Order = Literal["asc", "desc"]
GetEncoder = Callable[[], Encoder]
RERANKED = 4
"""How many times as many passages as are asked for are put in order by the reranker."""


def store_routes(stores: Stores, documents: Documents, encoder: GetEncoder) -> APIRouter:
    """The router."""
    router, queries = _one_store(stores), Queries(encoder)

    @router.post("")
    async def create(asked: CreateStore, request: Request) -> dict[str, Any]:
        owner = owner_of(request)
        wanted = [AttachFile(file_id=id, chunking_strategy=asked.chunking_strategy) for id in asked.file_ids]
        about = [(one, await documents.about(owner, one.file_id)) for one in wanted]
        made = await asyncio.to_thread(stores.create, owner, asked)
        if about:
            await asyncio.to_thread(stores.attach, made, owner, about)
        return await asyncio.to_thread(_shown, stores, made)

    @router.get("")
    async def listed(
        request: Request, limit: Limit = 20, order: Order = "desc", after: str | None = None, before: str | None = None
    ) -> dict[str, Any]:
        found = await asyncio.to_thread(lambda: [_shown(stores, s) for s in stores.catalogue.stores(owner_of(request))])
        return page_of(found, limit=limit, order=order, after=after, before=before)

    @router.post("/{store_id}/search")
    async def search(store_id: str, asked: Search, request: Request) -> dict[str, Any]:
        return await asyncio.to_thread(searched, stores, queries, owner_of(request), store_id, asked)

    return router


def _one_store(stores: Stores) -> APIRouter:
    router = APIRouter(prefix="/v1/vector_stores")

    @router.get("/{store_id}")
    async def one(store_id: str, request: Request) -> dict[str, Any]:
        return await asyncio.to_thread(lambda: _shown(stores, stores.get(owner_of(request), store_id)))

    @router.post("/{store_id}")
    async def modify(store_id: str, asked: ModifyStore, request: Request) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if "name" in asked.model_fields_set:
            changes["name"] = asked.name or ""
        if "metadata" in asked.model_fields_set:
            changes["metadata"] = asked.metadata or {}
        if "expires_after" in asked.model_fields_set:
            changes["expires_days"] = asked.expires_after.days if asked.expires_after else None

        def change() -> dict[str, Any]:
            made = replace(stores.usable(owner_of(request), store_id), **changes)
            stores.catalogue.put(made)
            return _shown(stores, made)

        return await asyncio.to_thread(change)

    @router.delete("/{store_id}")
    async def delete(store_id: str, request: Request) -> dict[str, Any]:
        await asyncio.to_thread(lambda: stores.delete(stores.get(owner_of(request), store_id)))
        return {"id": store_id, "object": "vector_store.deleted", "deleted": True}

    return router


def _shown(stores: Stores, store: StoreRecord) -> dict[str, Any]:
    files = stores.catalogue.files(store.id)
    return store_object(store, files, stores.clock(), **progress(stores, store))


def searched(stores: Stores, known: Queries, owner: Owner, store_id: str, asked: Search) -> dict[str, Any]:
    """The body of an answer. Several queries are searched for one by one; a passage keeps its best score. Raises
    ApiError."""
    store = stores.usable(owner, store_id)
    queries = [keywords(one) if asked.rewrite_query else one for one in asked.queries]
    encoded = known.encode(queries)
    ranked = asked.ranking_options.ranker == "default-2024-11-15"
    most = asked.max_num_results * (RERANKED if ranked else 1)
    found: dict[int, Any] = {}
    for query, vector in zip(queries, encoded.vectors, strict=True):
        hits = stores.search(store, query, vector, filters=asked.filters, most=most, way=asked.way)
        scores = relevance(known, query, [h.passage.chunk.indexed for h, _ in hits]) if ranked and hits else None
        for place, (hit, file) in enumerate(hits):
            scored = hit if scores is None else replace(hit, score=round(float(scores[place]), 4), fused=scores[place])
            held = found.get(hit.passage.id)
            if held is None or held[0].fused < scored.fused:
                found[hit.passage.id] = (scored, file)
    best = sorted(found.values(), key=lambda pair: (-pair[0].fused, pair[0].passage.id))
    fitting = [pair for pair in best if pair[0].score >= asked.ranking_options.score_threshold]
    files = stores.catalogue.files(store.id)
    return {
        "object": "vector_store.search_results.page",
        "search_query": queries,
        "data": [hit_object(hit, file) for hit, file in fitting[: asked.max_num_results]],
        "has_more": len(fitting) > asked.max_num_results,
        "next_page": None,
        "signalbox": {"data_class": class_of(store, files), "tokens": sum(encoded.tokens)},
    }
