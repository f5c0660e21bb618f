"""``POST /extract``, ``GET /files/{id}/extract``, ``POST /images`` and ``GET /files/{id}/images``.

Knows: JSON at once or NDJSON page by page, pictures one by one. Does not know: how anything is read.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from services.common.errors import ApiError
from services.documents.extraction import Extraction, whole
from services.documents.pages import markdown
from services.documents.problems import DocumentProblem
from services.documents.requests import api_error, job_of, name_of, owner_of
from services.documents.store import Store
from services.documents.worker import Job, Message

NDJSON = "application/x-ndjson"
MIN_DPI, MAX_DPI = 36, 300


def extract_routes(extraction: Extraction, store: Store) -> APIRouter:
    """The router."""
    router = APIRouter()

    @router.post("/extract")
    async def extract(request: Request) -> Response:
        path, digest, _ = await extraction.spooled(request.stream(), extraction.jobs.limits.max_bytes)
        return await _answer(request, extraction, _job(request, path, unlink=True), digest, unlink=True)

    @router.get("/files/{file_id}/extract")
    async def extract_file(file_id: str, request: Request) -> Response:
        job, digest = await _stored(request, store, file_id)
        return await _answer(request, extraction, job, digest)

    @router.post("/images")
    async def images(request: Request) -> Response:
        path, digest, _ = await extraction.spooled(request.stream(), extraction.jobs.limits.max_bytes)
        return await _images(request, extraction, _job(request, path, unlink=True), digest, unlink=True)

    @router.get("/files/{file_id}/images")
    async def file_images(file_id: str, request: Request) -> Response:
        job, digest = await _stored(request, store, file_id)
        return await _images(request, extraction, job, digest)

    return router


def _job(request: Request, path: Path, *, unlink: bool) -> Job:
    try:
        return job_of(request, path, name_of(request), request.headers.get("content-type", ""))
    except ApiError:
        if unlink:
            path.unlink(missing_ok=True)
        raise


async def _stored(request: Request, store: Store, file_id: str) -> tuple[Job, str]:
    found = await asyncio.to_thread(store.get, owner_of(request), file_id)
    if found is None:
        raise not_found(file_id)
    return job_of(request, store.path(found.id), found.filename, found.media_type), found.sha256


def not_found(file_id: str) -> ApiError:
    """Also for a file of somebody else."""
    return ApiError(
        404, f"There is no file {file_id[:80]!r} for this key: upload it again.", code="file_not_found", param="file_id"
    )


async def _answer(request: Request, extraction: Extraction, job: Job, digest: str, *, unlink: bool = False) -> Response:
    messages = _kept(extraction.messages(job, digest), job.path if unlink else None)
    if NDJSON not in request.headers.get("accept", ""):
        try:
            made = await whole(messages)
        except DocumentProblem as problem:
            raise api_error(problem) from None
        if request.query_params.get("format") != "markdown":
            return JSONResponse(made)
        pages = (f"<!-- page {one['number']} -->\n\n{markdown(one)}\n" for one in made["pages"])
        told = {"x-signalbox-pages": str(len(made["pages"]))}
        return Response("\n".join(pages), media_type="text/markdown; charset=utf-8", headers=told)
    return StreamingResponse(_lines(await _first(messages), messages), media_type=NDJSON)


async def _images(request: Request, extraction: Extraction, job: Job, digest: str, *, unlink: bool = False) -> Response:
    query = request.query_params
    dpi, format = query.get("dpi", "110"), query.get("format", "jpeg")
    if not dpi.isdigit() or not MIN_DPI <= int(dpi) <= MAX_DPI or format not in ("png", "jpeg"):
        if unlink:
            job.path.unlink(missing_ok=True)
        raise ApiError(400, f"dpi must be {MIN_DPI} to {MAX_DPI}, format png or jpeg.", param="dpi")
    wanted = replace(job, render=int(dpi), format=format)
    messages = _kept(extraction.messages(wanted, digest), job.path if unlink else None)
    return StreamingResponse(_lines(await _first(messages), messages), media_type=NDJSON)


async def _kept(messages: AsyncIterator[Message], unlink: Path | None) -> AsyncIterator[Message]:
    try:
        async for message in messages:
            yield message
    finally:
        if unlink is not None:
            await asyncio.to_thread(unlink.unlink, missing_ok=True)


async def _first(messages: AsyncIterator[Message]) -> Message:
    """The head: what is wrong with the whole document is known before it, and gets a status of its own."""
    try:
        return await anext(messages)
    except StopAsyncIteration:
        raise api_error(DocumentProblem("unreadable")) from None
    except DocumentProblem as problem:
        raise api_error(problem) from None


async def _lines(first: Message, messages: AsyncIterator[Message]) -> AsyncIterator[bytes]:
    yield _line(first)
    try:
        async for message in messages:
            yield _line(message)
        yield _line({"done": True})
    except DocumentProblem as problem:
        yield _line({"problem": problem.told()})


def _line(message: Message) -> bytes:
    picture = message.get("picture")
    told = message if picture is None else {**message, "picture": base64.b64encode(picture).decode()}
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"
