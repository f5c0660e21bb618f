"""``/v1/ocr`` in Mistral's shape, where LiteLLM's own handler knows no stored files.

Knows: the request's document as a data URI, a stored file or a form. Does not know: what may be sent where (the lane's
hooks decide), how anything is read. Charged per page. Source: Mistral's API reference, "OCR".
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import litellm
import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth
from starlette.datastructures import UploadFile

from plugins.litellm_adapter.file_routes import caller_of, owner_of, refused, told
from plugins.litellm_adapter.own_call import Done, Target, own_call, post
from plugins.litellm_adapter.preparation.documents import NO_SERVICE
from plugins.litellm_adapter.refusal import Refused
from services.common.documents_client import DocumentsClient, client_from, new_http

DEFAULT_MODEL = "ocr"
Key = Annotated[Any, Depends(user_api_key_auth)]


def ocr_routes(client: httpx.AsyncClient | None = None, documents: DocumentsClient | None = None) -> APIRouter:
    """The router. ``client``: how the service is reached; ``documents``: where stored files are."""
    router = APIRouter()
    http = client or new_http()
    stored = documents or client_from(os.environ)

    @router.post("/v1/ocr")
    @router.post("/ocr")
    async def ocr(request: Request, key: Key) -> Response:
        body = await _body(request)
        body["document"] = await _document(body.get("document"), request, key, stored)

        async def attempt(target: Target) -> Done[bytes]:
            answer = await post(http, target, "/ocr", json={**body, "model": target.model})
            return Done(answer.content, {"pages": float(answer.json()["usage_info"]["pages_processed"])})

        async def foreign(**arguments: Any) -> Any:
            return await litellm.aocr(**{**arguments, **{k: v for k, v in body.items() if k != "model"}})

        asked = {"model": body.get("model") or DEFAULT_MODEL}
        result = await own_call(request, key, asked, "aocr", attempt, foreign=foreign)
        content = result.value if result.value is not None else orjson.dumps(jsonable_encoder(result.foreign))
        return Response(content, media_type="application/json", headers=dict(result.headers))

    return router


async def _body(request: Request) -> dict[str, Any]:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return dict(await request.json())
    form = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise refused(Refused(400, "file is missing: send the document as a form field.", "invalid_value", "file"))
    uri = _uri(await file.read(), file.content_type or "application/octet-stream")
    fields = {name: value for name, value in form.items() if isinstance(value, str) and name in ("model", "pages")}
    return {**fields, "document": {"type": "document_url", "document_url": uri, "document_name": file.filename}}


async def _document(given: Any, request: Request, key: Any, stored: DocumentsClient | None) -> Mapping[str, Any]:
    """The document as it is sent on. Raises ProxyException: 400, and 404 for a file of somebody else."""
    if not isinstance(given, Mapping):
        raise refused(
            Refused(400, 'document must be an object such as {"type": "document_url"}.', "invalid_value", "document")
        )
    file_id = given.get("file_id")
    if isinstance(file_id, str) and file_id:
        if stored is None:
            raise refused(NO_SERVICE)
        data, media_type = await told(stored.content(owner_of(caller_of(request, key)), file_id))
        return {"type": "document_url", "document_url": _uri(data, media_type.split(";")[0])}
    kind = "image_url" if given.get("image_url") is not None else "document_url"
    return {**given, "type": given.get("type") or kind}


def _uri(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
