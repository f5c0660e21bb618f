"""``/v1/vector_stores/{id}/files`` and ``/file_batches``.

Knows: OpenAI's routes. Does not know: how files are read (``work``).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter, Request

from services.common.errors import ApiError
from services.retrieval.documents import Documents
from services.retrieval.jobs import INGEST
from services.retrieval.owner import owner_of
from services.retrieval.records import BatchRecord, FileRecord
from services.retrieval.requests import AttachFile, CreateBatch, UpdateFile
from services.retrieval.shapes import batch_object, file_object, page_of
from services.retrieval.store_routes import Limit, Order
from services.retrieval.stores import Stores

Filter = Literal["in_progress", "completed", "failed", "cancelled"]


def member_routes(stores: Stores, documents: Documents) -> APIRouter:
    """The router."""
    router = APIRouter(prefix="/v1/vector_stores/{store_id}")
    for part in (_all_files(stores, documents), _one_file(stores), _all_batches(stores, documents), _one_batch(stores)):
        router.include_router(part)
    return router


def _all_files(stores: Stores, documents: Documents) -> APIRouter:
    router = APIRouter()

    @router.post("/files")
    async def attach(store_id: str, asked: AttachFile, request: Request) -> dict[str, Any]:
        owner = owner_of(request)
        store = await asyncio.to_thread(stores.usable, owner, store_id)
        about = await documents.about(owner, asked.file_id)
        _, (made,) = await asyncio.to_thread(stores.attach, store, owner, [(asked, about)])
        return file_object(made)

    @router.get("/files")
    async def listed(
        store_id: str, request: Request, limit: Limit = 20, order: Order = "desc", after: str | None = None,
        before: str | None = None, filter: Filter | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        store = await asyncio.to_thread(stores.get, owner_of(request), store_id)
        files = await asyncio.to_thread(stores.catalogue.files, store.id)
        return _page(files, filter, limit=limit, order=order, after=after, before=before)

    return router


def _one_file(stores: Stores) -> APIRouter:
    router = APIRouter()

    @router.get("/files/{file_id}")
    async def one(store_id: str, file_id: str, request: Request) -> dict[str, Any]:
        store = await asyncio.to_thread(stores.get, owner_of(request), store_id)
        return file_object(await asyncio.to_thread(stores.file, store, file_id))

    @router.post("/files/{file_id}")
    async def update(store_id: str, file_id: str, asked: UpdateFile, request: Request) -> dict[str, Any]:
        store = await asyncio.to_thread(stores.usable, owner_of(request), store_id)
        file = await asyncio.to_thread(stores.file, store, file_id)
        made = stores.catalogue.change(file, lambda f: replace(f, attributes=asked.attributes or {}))
        return file_object(made or file)

    @router.delete("/files/{file_id}")
    async def delete(store_id: str, file_id: str, request: Request) -> dict[str, Any]:
        store = await asyncio.to_thread(stores.usable, owner_of(request), store_id)
        await asyncio.to_thread(stores.file, store, file_id)
        await asyncio.to_thread(stores.detach, store, file_id)
        return {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}

    @router.get("/files/{file_id}/content")
    async def content(store_id: str, file_id: str, request: Request) -> dict[str, Any]:
        store = await asyncio.to_thread(stores.get, owner_of(request), store_id)
        file = await asyncio.to_thread(stores.file, store, file_id)
        held = await asyncio.to_thread(stores.passages(store.id).of_file, file_id) if file.status == "completed" else []
        data = [{"type": "text", "text": passage.chunk.text} for passage in held]
        return {
            "object": "vector_store.file_content.page",
            "file_id": file_id,
            "filename": file.filename,
            "attributes": file.attributes,
            "content": data,
            "data": data,
            "has_more": False,
            "next_page": None,
        }

    return router


def _all_batches(stores: Stores, documents: Documents) -> APIRouter:
    router = APIRouter()

    @router.post("/file_batches")
    async def create(store_id: str, asked: CreateBatch, request: Request) -> dict[str, Any]:
        owner = owner_of(request)
        store = await asyncio.to_thread(stores.usable, owner, store_id)
        wanted = asked.asked()
        if not wanted:
            raise ApiError(400, "file_ids is empty: name at least one file.", param="file_ids")
        about = [(one, await documents.about(owner, one.file_id)) for one in wanted]
        batch, files = await asyncio.to_thread(lambda: stores.attach(store, owner, about, batch=True))
        assert batch is not None
        return batch_object(batch, files)

    return router


def _one_batch(stores: Stores) -> APIRouter:
    router = APIRouter()

    def found(request: Request, store_id: str, batch_id: str) -> tuple[BatchRecord, list[FileRecord]]:
        store = stores.get(owner_of(request), store_id)
        batch = stores.catalogue.batch(store.id, batch_id)
        if batch is None:
            raise ApiError(404, f"There is no batch {batch_id[:80]!r} in this vector store.", code="batch_not_found")
        return batch, stores.catalogue.files(store.id, batch.id)

    @router.get("/file_batches/{batch_id}")
    async def one(store_id: str, batch_id: str, request: Request) -> dict[str, Any]:
        return batch_object(*await asyncio.to_thread(found, request, store_id, batch_id))

    @router.post("/file_batches/{batch_id}/cancel")
    async def cancel(store_id: str, batch_id: str, request: Request) -> dict[str, Any]:
        batch, files = await asyncio.to_thread(found, request, store_id, batch_id)

        def stop() -> None:
            stores.catalogue.put(replace(batch, cancelled=True))
            for file in files:
                stores.catalogue.change(
                    file, lambda f: replace(f, status="cancelled") if f.status == "in_progress" else None
                )
                if file.status == "in_progress":
                    stores.jobs.forget(INGEST, store_id, file.file_id)

        await asyncio.to_thread(stop)
        return batch_object(*await asyncio.to_thread(found, request, store_id, batch_id))

    @router.get("/file_batches/{batch_id}/files")
    async def listed(
        store_id: str, batch_id: str, request: Request, limit: Limit = 20, order: Order = "desc",
        after: str | None = None, before: str | None = None, filter: Filter | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        _, files = await asyncio.to_thread(found, request, store_id, batch_id)
        return _page(files, filter, limit=limit, order=order, after=after, before=before)

    return router


def _page(files: list[FileRecord], status: str | None, **page: Any) -> dict[str, Any]:
    return page_of([file_object(f) for f in files if status in (None, f.status)], **page)
