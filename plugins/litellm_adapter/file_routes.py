"""``/v1/files``: create, list, look at, read, delete. Stored by ``services/documents``, each for its key and team.

Knows: OpenAI's form and shapes, the class that a new file gets. Does not know: how files are stored or read. A new file
carries the highest of what was declared and what the detectors find in its text; what nobody can read is restricted.
Source: the OpenAI API reference, "Files".
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth
from starlette.datastructures import UploadFile

from plugins.litellm_adapter.hooks import SignalboxHooks, as_proxy_exception
from plugins.litellm_adapter.preparation.documents import NO_SERVICE
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import CURRENT
from plugins.litellm_adapter.translate import facts_of
from plugins.routing.types import Caller, DataClass, Facts
from services.common.documents_client import DocumentsClient, FileOwner, client_from
from services.common.errors import ApiError

CHUNK = 2**20
PICTURES = frozenset({"png", "jpeg"})
Key = Annotated[Any, Depends(user_api_key_auth)]


def file_routes(hooks: SignalboxHooks, client: DocumentsClient | None = None) -> APIRouter:
    """The router. ``client`` None: that of this process's environment."""
    router = APIRouter()
    documents = client or client_from(os.environ)

    def service() -> DocumentsClient:
        if documents is None:
            raise refused(NO_SERVICE)
        return documents

    @router.post("/v1/files")
    @router.post("/files")
    async def create(request: Request, key: Key) -> Any:
        return await told(_create(hooks, service(), request, key))

    @router.get("/v1/files")
    @router.get("/files")
    async def listed(request: Request, key: Key) -> Any:
        query = {k: v for k, v in request.query_params.items() if k in ("purpose", "after", "limit", "order")}
        return await told(service().listed(owner_of(caller_of(request, key)), **query))

    @router.get("/v1/files/{file_id}")
    @router.get("/files/{file_id}")
    async def one(file_id: str, request: Request, key: Key) -> Any:
        return await told(service().get(owner_of(caller_of(request, key)), file_id))

    @router.get("/v1/files/{file_id}/content")
    @router.get("/files/{file_id}/content")
    async def content(file_id: str, request: Request, key: Key) -> Response:
        data, media_type = await told(service().content(owner_of(caller_of(request, key)), file_id))
        # Whatever somebody uploaded is not shown as a page of this address.
        safe = {"content-disposition": "attachment", "x-content-type-options": "nosniff"}
        return Response(data, media_type=media_type, headers=safe)

    @router.delete("/v1/files/{file_id}")
    @router.delete("/files/{file_id}")
    async def delete(file_id: str, request: Request, key: Key) -> Any:
        return await told(service().delete(owner_of(caller_of(request, key)), file_id))

    return router


async def told(work: Any) -> Any:
    """The result of asking the service. Raises its errors as LiteLLM's."""
    try:
        return await work
    except ApiError as error:
        raise refused(Refused(error.status, error.message, error.code, error.param, error.type)) from None


def refused(error: Refused) -> Any:
    """The exception for ``error``, noted for the edge."""
    if (trace := CURRENT.get()) is not None:
        trace.refusal = error
    return as_proxy_exception(error)


def caller_of(request: Request, key: Any) -> Caller:
    """Who asks, and with what labels. Raises ProxyException for a wrong header."""
    return _facts(request, key, "-").caller


def owner_of(caller: Caller) -> FileOwner:
    """The owner of what this caller uploads, and whose files are seen."""
    return FileOwner(caller.key_id or "", caller.team_id, caller.is_admin)


def _facts(request: Request, key: Any, text: str) -> Facts:
    asked = {"headers": dict(request.headers)}
    data = {"model": "auto", "messages": [{"role": "user", "content": text}], "proxy_server_request": asked}
    try:
        facts, _ = facts_of(data, key, "acompletion", secret=b"", request_id="file")
    except Refused as error:
        raise refused(error) from None
    return replace(facts, conversation="")  # what is stored marks no conversation


async def _create(hooks: SignalboxHooks, service: DocumentsClient, request: Request, key: Any) -> Any:
    form = await request.form()
    file, purpose = form.get("file"), form.get("purpose")
    if not isinstance(file, UploadFile):
        raise ApiError(400, "file is missing: send the file as a form field.", code="invalid_value", param="file")
    if not isinstance(purpose, str):
        raise ApiError(400, "purpose is missing: send user_data.", code="invalid_value", param="purpose")
    owner, declared = owner_of(caller_of(request, key)), _class(hooks, _facts(request, key, "-"))
    made = await service.create(
        owner, chunks(file), name=file.filename or "", media_type=file.content_type or "", purpose=purpose,
        data_class=declared.label, expires_after_s=_expiry(form),
    )  # fmt: skip
    found, problem = await _judged(hooks, service, request, key, owner, made["id"])
    if found > declared or problem is not None:
        await service.mark(owner, made["id"], found.label, problem)
    return await service.get(owner, made["id"])


async def _judged(
    hooks: SignalboxHooks, service: DocumentsClient, request: Request, key: Any, owner: FileOwner, file_id: str
) -> tuple[DataClass, str | None]:
    """The class of a stored file's text, and why it cannot be read. A scan counts as restricted: reading it takes too
    long here, and a picture is more than its text."""
    try:
        read = await service.extract_file(owner, file_id, ocr="off", tables="false")
    except ApiError as error:
        return DataClass.RESTRICTED, None if error.code in ("no_text", "unsupported") else error.code
    if read["kind"] in PICTURES or any(page["problem"] for page in read["pages"]):
        return DataClass.RESTRICTED, None
    text = "\n".join(str(page["text"]) for page in read["pages"])
    return await asyncio.to_thread(_class, hooks, _facts(request, key, text)), None


def _class(hooks: SignalboxHooks, facts: Facts) -> DataClass:
    """As the signal says; restricted where there is none or it fails."""
    signal = next((e for e in hooks.gateway.router.extractors if e.name == "data_class"), None)
    try:
        label = signal.extract(facts).label if signal is not None else None
    except Exception:  # noqa: BLE001 - fails closed, like the engine
        label = None
    return next((c for c in DataClass if c.label == label), DataClass.RESTRICTED)


def _expiry(form: Any) -> int | None:
    anchor, seconds = form.get("expires_after[anchor]"), form.get("expires_after[seconds]")
    if seconds is None:
        return None
    if anchor not in (None, "created_at") or not str(seconds).isdigit():
        raise ApiError(
            400, "expires_after must be an anchor created_at and a number of seconds.", code="invalid_value",
            param="expires_after",
        )  # fmt: skip
    return int(str(seconds)[:12])


async def chunks(file: UploadFile) -> AsyncIterator[bytes]:
    """The bytes of an upload, as they are read off the disk."""
    while chunk := await file.read(CHUNK):
        yield chunk
