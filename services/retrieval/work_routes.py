"""Routes for the worker and for `signalbox retrieval`: chunks that come in, the reindexing of a store, what is dead.

Knows: their bodies. Does not know: how chunks are made (``work``). The gateway lets nobody through to these paths.
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.common.errors import ApiError
from services.retrieval.chunking import Chunk
from services.retrieval.jobs import INGEST, REINDEX, NoQueue
from services.retrieval.minilm.convert import SIZE
from services.retrieval.minilm.encoder import Vectors
from services.retrieval.records import FileRecord, StoreRecord
from services.retrieval.reindexing import add, pending, progress, start, swap
from services.retrieval.stores import Stores

PREFIX = "/internal/retrieval"


class Text(BaseModel):
    text: str
    heading: str = ""
    page: int | None = None


class Chunks(BaseModel):
    """``vectors``: base64 of little-endian 32-bit floats, one row a chunk."""

    first: int = Field(ge=0)
    chunks: list[Text]
    vectors: str

    def rows(self) -> Vectors:
        """Raises ApiError (400) where there is not one for each chunk."""
        return rows_of(self.vectors, len(self.chunks))


class Complete(BaseModel):
    chunks: int = Field(ge=0)
    data_class: str | None = None


class Fail(BaseModel):
    code: str
    message: str


class Rows(BaseModel):
    ids: list[int]
    vectors: str


def work_routes(stores: Stores) -> APIRouter:
    """The router."""
    router = APIRouter(prefix=PREFIX)
    for part in (_file_routes(stores), _state_routes(stores), _reindex_routes(stores)):
        router.include_router(part)
    return router


def _file_routes(stores: Stores) -> APIRouter:
    router = APIRouter()

    def file_of(store_id: str, file_id: str) -> FileRecord:
        found = stores.catalogue.file(store_id, file_id)
        if found is None or found.status != "in_progress":
            raise ApiError(404, "The file is not waiting to be taken in.", code="file_not_found")
        return found

    @router.get("/files/{store_id}/{file_id}")
    def one(store_id: str, file_id: str) -> dict[str, Any]:
        return asdict(file_of(store_id, file_id))

    @router.post("/files/{store_id}/{file_id}/chunks")
    def chunks(store_id: str, file_id: str, sent: Chunks) -> dict[str, int]:
        made = [Chunk(c.text, c.heading, c.page) for c in sent.chunks]
        stores.put_chunks(file_of(store_id, file_id), sent.first, made, sent.rows())
        return {"chunks": len(made)}

    @router.post("/files/{store_id}/{file_id}/complete")
    def complete(store_id: str, file_id: str, sent: Complete) -> dict[str, bool]:
        return {"completed": stores.complete(file_of(store_id, file_id), sent.chunks, sent.data_class) is not None}

    @router.post("/files/{store_id}/{file_id}/fail")
    def fail(store_id: str, file_id: str, sent: Fail) -> dict[str, bool]:
        stores.fail(file_of(store_id, file_id), sent.code, sent.message)
        return {"failed": True}

    return router


def _state_routes(stores: Stores) -> APIRouter:
    router = APIRouter()

    @router.get("/status")
    def status() -> dict[str, Any]:
        known = stores.catalogue.stores()
        files = [f for store in known for f in stores.catalogue.files(store.id)]
        told: dict[str, Any] = {"stores": len(known), "files": len(files), "chunks": sum(f.chunks for f in files)}
        told["waiting"] = sum(f.status == "in_progress" for f in files)
        try:
            return {**told, "queued": stores.jobs.waiting(), "queue": "ready"}
        except NoQueue as error:
            return {**told, "queued": None, "queue": f"absent ({error})"}

    @router.get("/dead")
    def dead() -> dict[str, Any]:
        try:
            return {"jobs": [asdict(job) for job in stores.jobs.dead()]}
        except NoQueue:
            raise ApiError(503, "There is no queue: Redis does not answer.", code="no_queue") from None

    @router.post("/dead/retry")
    def retry() -> dict[str, int]:
        jobs = stores.jobs.dead()
        for job in jobs:
            arguments = job.subject.split()
            if job.what == "ingest":
                _again(stores, *arguments)
            stores.jobs.enqueue(INGEST if job.what == "ingest" else REINDEX, *arguments)
        return {"queued": len(jobs)}

    return router


def _again(stores: Stores, store_id: str, file_id: str) -> None:
    """A file that was given up, once more."""
    found = stores.catalogue.file(store_id, file_id)
    if found is not None and found.status == "failed":
        stores.catalogue.put(replace(found, status="in_progress", error=None, tries=0, retry_at=0.0))


def _reindex_routes(stores: Stores) -> APIRouter:
    router = APIRouter(prefix="/stores/{store_id}")

    def found(store_id: str) -> StoreRecord:
        store = stores.catalogue.store(store_id)
        if store is None:
            raise ApiError(404, "There is no such vector store.", code="vector_store_not_found")
        return store

    @router.post("/reindex")
    async def begin(store_id: str, force: bool = False) -> dict[str, Any]:
        return await asyncio.to_thread(lambda: start(stores, found(store_id), force=force))

    @router.get("/reindex")
    def told(store_id: str) -> dict[str, Any]:
        return progress(stores, found(store_id))

    @router.get("/pending")
    def missing(store_id: str) -> dict[str, Any]:
        return {"passages": [{"id": p.id, "text": p.chunk.indexed} for p in pending(stores, found(store_id))]}

    @router.post("/vectors")
    def vectors(store_id: str, sent: Rows) -> dict[str, int]:
        add(stores, found(store_id), sent.ids, rows_of(sent.vectors, len(sent.ids)))
        return {"vectors": len(sent.ids)}

    @router.post("/swap")
    def swapped(store_id: str) -> dict[str, Any]:
        return {"generation": swap(stores, found(store_id)).generation}

    return router


def rows_of(encoded: str, count: int) -> Vectors:
    """``count`` vectors. Raises ApiError (400)."""
    flat = np.frombuffer(base64.b64decode(encoded), "<f4")
    if flat.size != count * SIZE:
        raise ApiError(400, "There is not one vector for each chunk.", param="vectors")
    return flat.reshape(count, SIZE)
