"""``/files``: create, list, look at, mark, read, delete. Bodies are the files' own bytes.

Knows: the shape of OpenAI's file object. Does not know: forms (the gateway reads those), who may do what beyond owners.
"""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from services.common.errors import ApiError
from services.documents.extract_routes import not_found
from services.documents.extraction import Extraction
from services.documents.requests import class_of, name_of, owner_of
from services.documents.store import CLASSES, Store, StoredFile, StoreFull

MAX_EXPIRY_S = 10 * 365 * 86_400
MIN_EXPIRY_S = 1
PURPOSES = frozenset({"assistants", "user_data", "vision"})


def file_routes(extraction: Extraction, store: Store) -> APIRouter:
    """The router."""
    router = APIRouter()

    @router.post("/files")
    async def create(request: Request, purpose: str, expires_after_s: int | None = None) -> dict[str, Any]:
        _check(purpose, expires_after_s)
        return await _create(extraction, store, request, purpose, expires_after_s)

    @router.get("/files")
    async def listed(
        request: Request, purpose: str | None = None, after: str | None = None, order: str = "desc",
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    ) -> dict[str, Any]:  # fmt: skip
        files, more = await asyncio.to_thread(
            store.listed, owner_of(request), purpose=purpose, after=after, limit=limit, ascending=order == "asc"
        )
        ids = [file.id for file in files]
        ends = {"first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None}
        return {"object": "list", "data": [shape(file) for file in files], "has_more": more, **ends}

    @router.get("/files/{file_id}")
    async def one(file_id: str, request: Request) -> dict[str, Any]:
        return shape(await _get(store, request, file_id))

    @router.get("/files/{file_id}/content")
    async def content(file_id: str, request: Request) -> FileResponse:
        found = await _get(store, request, file_id)
        return FileResponse(store.path(found.id), media_type=found.media_type, filename=found.filename)

    @router.post("/files/{file_id}/class")
    async def mark(file_id: str, request: Request, data_class: str, problem: str | None = None) -> dict[str, Any]:
        if data_class not in CLASSES:
            raise ApiError(400, f"data_class must be one of: {', '.join(CLASSES)}.", param="data_class")
        await _get(store, request, file_id)
        await asyncio.to_thread(store.mark, file_id, data_class, problem)
        return shape(await _get(store, request, file_id))

    @router.delete("/files/{file_id}")
    async def delete(file_id: str, request: Request) -> dict[str, Any]:
        if not await asyncio.to_thread(store.delete, owner_of(request), file_id):
            raise not_found(file_id)
        return {"id": file_id, "object": "file", "deleted": True}

    return router


async def _create(
    extraction: Extraction, store: Store, request: Request, purpose: str, expires_after_s: int | None
) -> dict[str, Any]:
    owner, name, data_class = owner_of(request), name_of(request), class_of(request)
    path, digest, size = await extraction.spooled(request.stream(), extraction.jobs.limits.max_bytes)
    try:
        if size == 0:
            raise ApiError(400, "The file is empty (0 bytes): send its content.", code="empty", param="file")
        made = await asyncio.to_thread(
            store.add, owner, path, filename=name or "file", size=size, sha256=digest, data_class=data_class,
            media_type=request.headers.get("content-type", "application/octet-stream")[:120], purpose=purpose,
            expires_at=None if expires_after_s is None else int(time.time()) + expires_after_s,
        )  # fmt: skip
    except StoreFull as full:
        raise ApiError(
            403,
            f"This key's files are at their limit of {full.args[0]}: delete some, or raise gateway.documents.quota_mb.",
            code="file_quota_exceeded",
        ) from None
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return shape(made)


def shape(file: StoredFile) -> dict[str, Any]:
    """OpenAI's file object, and what is ours beside it under ``signalbox``."""
    return {
        "id": file.id,
        "object": "file",
        "bytes": file.bytes,
        "created_at": file.created_at,
        "expires_at": file.expires_at,
        "filename": file.filename,
        "purpose": file.purpose,
        "status": "error" if file.problem else "processed",
        "status_details": file.problem,
        "signalbox": {
            "data_class": file.data_class,
            "media_type": file.media_type,
            "sha256": file.sha256,
            "key_id": file.key_id,
            "team_id": file.team_id,
        },
    }


async def _get(store: Store, request: Request, file_id: str) -> StoredFile:
    found = await asyncio.to_thread(store.get, owner_of(request), file_id)
    if found is None:
        raise not_found(file_id)
    return found


def _check(purpose: str, expires_after_s: int | None) -> None:
    if purpose not in PURPOSES:
        raise ApiError(
            400, f"purpose must be one of: {', '.join(sorted(PURPOSES))}. Batches and fine-tuning are not served.",
            param="purpose",
        )  # fmt: skip
    if expires_after_s is not None and not MIN_EXPIRY_S <= expires_after_s <= MAX_EXPIRY_S:
        raise ApiError(
            400, f"expires_after.seconds must be {MIN_EXPIRY_S} to {MAX_EXPIRY_S}.", param="expires_after.seconds"
        )
