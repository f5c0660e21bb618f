"""``POST /v1/documents/extract``: a document's text, tables and boxes as JSON, Markdown, or page by page.

Knows: the request's two forms (JSON and multipart), the three forms of the answer. Does not know: how anything is read,
which deployment does it (the own call lane). Charged per page: the deployment's ``ocr_cost_per_page``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

import httpx
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth
from starlette.datastructures import UploadFile

from plugins.litellm_adapter.file_routes import caller_of, chunks, owner_of, refused
from plugins.litellm_adapter.own_call import Done, Target, own_call, upstream_error
from plugins.litellm_adapter.preparation.documents import source_of
from plugins.litellm_adapter.refusal import Refused
from services.common.documents_client import new_http
from services.common.errors import ApiError

NDJSON, SSE = "application/x-ndjson", "text/event-stream"
OPTIONS = ("pages", "ocr")
FLAGS = ("tables", "boxes")
FORMATS = ("json", "markdown")
DEFAULT_MODEL = "ocr"
Key = Annotated[Any, Depends(user_api_key_auth)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request. The file: ``content`` (its bytes), ``upload`` (on disk, sent as it is read) or ``file_id``."""

    model: str
    query: Mapping[str, str]
    stream: bool
    content: bytes = b""
    media_type: str = ""
    name: str = ""
    file_id: str = ""
    upload: UploadFile | None = None


def document_routes(client: httpx.AsyncClient | None = None) -> APIRouter:
    """The router. ``client``: how the service is reached."""
    router = APIRouter()
    http = client or new_http()

    @router.post("/v1/documents/extract")
    async def extract(request: Request, key: Key) -> Response:
        wanted = await read(request)
        owner = owner_of(caller_of(request, key)).headers()

        async def attempt(target: Target) -> Done[tuple[httpx.Response, AsyncIterator[str] | None, str]]:
            answer = await _asked(http, target, wanted, owner)
            if wanted.stream:
                lines = answer.aiter_lines()
                head = await anext(lines)
                # Told before the first page goes out: the pages asked for are what is charged.
                return Done((answer, lines, head), {"pages": _pages(head, wanted.query.get("pages"))})
            await answer.aread()
            pages = answer.headers.get("x-signalbox-pages") or len(answer.json()["pages"])
            return Done((answer, None, ""), {"pages": float(pages)})

        result = await own_call(request, key, {"model": wanted.model}, "aocr", attempt)
        assert result.value is not None
        answer, lines, head = result.value
        if lines is None:
            kind = answer.headers["content-type"]
            return Response(answer.content, media_type=kind, headers=dict(result.headers))
        events = SSE in request.headers.get("accept", "")
        return StreamingResponse(
            _lines(answer, lines, head, events), media_type=SSE if events else NDJSON, headers=dict(result.headers)
        )

    return router


async def read(request: Request) -> Wanted:
    """The request. Raises ProxyException (400)."""
    try:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            return await _from_form(request)
        return _from_json(await request.json())
    except ApiError as error:
        raise refused(Refused(error.status, error.message, error.code, error.param)) from None


async def _from_form(request: Request) -> Wanted:
    form = await request.form()
    file = form.get("file")
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    if not isinstance(file, UploadFile):
        return _from_json(fields)
    return Wanted(**_options(fields), upload=file, media_type=file.content_type or "", name=file.filename or "")


def _from_json(body: Mapping[str, Any]) -> Wanted:
    source = source_of({"type": "file", "file": dict(body)})
    if source is None:
        raise ApiError(
            400, "Send the document as file_id, as file_data (a data: URI), or as the form field file.",
            code="invalid_value", param="file_id",
        )  # fmt: skip
    return Wanted(
        **_options(body), content=source.data, media_type=source.media_type, name=source.name, file_id=source.file_id
    )


def _options(body: Mapping[str, Any]) -> dict[str, Any]:
    query: dict[str, str] = {}
    for name in OPTIONS:
        if body.get(name) is not None:
            query[name] = str(body[name])
    for name in FLAGS:
        if body.get(name) is not None:
            query[name] = str(body[name]).lower()
    form = body.get("format", "json")
    if form not in FORMATS:
        raise ApiError(400, "format must be json or markdown.", code="invalid_value", param="format")
    stream = str(body.get("stream", False)).lower() == "true"
    if stream and form != "json":
        raise ApiError(400, "stream sends pages as JSON: leave format out.", code="invalid_value", param="format")
    model = body.get("model") or DEFAULT_MODEL
    return {"model": str(model), "query": {**query, "format": str(form)}, "stream": stream}


async def _asked(http: httpx.AsyncClient, target: Target, wanted: Wanted, owner: Mapping[str, str]) -> httpx.Response:
    """The service's answer, unread. Raises ``upstream_error``."""
    if not target.builtin:
        why = {"error": {"message": "This model reads no documents in this shape: leave model out, or use /v1/ocr."}}
        raise upstream_error(400, json.dumps(why).encode(), target)
    headers = {**target.headers, "accept": NDJSON if wanted.stream else "application/json"}
    if wanted.file_id:
        where, method = f"/files/{quote(wanted.file_id, safe='')}/extract", "GET"
        headers |= owner
    else:
        where, method = "/extract", "POST"
        headers |= {"x-filename": quote(wanted.name), "content-type": wanted.media_type or "application/octet-stream"}
    content: Any = wanted.content or None
    if wanted.upload is not None:
        await wanted.upload.seek(0)  # an attempt before this one may have read it
        content = chunks(wanted.upload)
    asked = http.build_request(method, f"{target.base}{where}", headers=headers, params=wanted.query, content=content)
    answer = await http.send(asked, stream=True)
    if answer.status_code >= 400:
        raise upstream_error(answer.status_code, await answer.aread(), target)
    return answer


def _pages(head: str, asked: str | None) -> float:
    """How many pages will be read: those asked for, else all."""
    count = int(json.loads(head)["head"]["pages"])
    if not asked:
        return count
    pairs = (piece.strip().partition("-") for piece in asked.split(","))
    return len({n for low, _, high in pairs for n in range(int(low), int(high or low) + 1)})


async def _lines(answer: httpx.Response, lines: AsyncIterator[str], head: str, events: bool) -> AsyncIterator[bytes]:
    try:
        yield _line(head, events)
        async for line in lines:
            yield _line(line, events)
        if events:
            yield b"data: [DONE]\n\n"
    finally:
        await answer.aclose()


def _line(line: str, events: bool) -> bytes:
    return f"data: {line}\n\n".encode() if events else f"{line}\n".encode()
