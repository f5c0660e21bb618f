"""``POST /ocr`` and ``/v1/ocr`` in Mistral's shape: https://docs.mistral.ai/api/#tag/ocr.

Knows: that shape. Does not know: how anything is read. Documents come as ``data:`` URIs; nothing is fetched from an
address.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.common.errors import ApiError
from services.documents.extraction import Extraction, whole
from services.documents.ocr import DPI
from services.documents.pages import markdown
from services.documents.problems import DocumentProblem
from services.documents.requests import api_error, pieces
from services.documents.worker import Job

_DATA = re.compile(r"data:([\w.+/-]*)((?:;[\w=.-]+)*?)(;base64)?,", re.ASCII)
MODEL = "signalbox-documents"


class OcrDocument(BaseModel):
    """``document_url`` or ``image_url``: a data URI, or an object with ``url``."""

    model_config = ConfigDict(extra="ignore")

    type: str = "document_url"
    document_url: str | None = None
    document_name: str | None = None
    image_url: str | dict[str, Any] | None = None


class OcrRequest(BaseModel):
    """``pages``: positions from 0, or such as ``"0-2,5"``. Images within pages are not cut out: ``images`` is empty."""

    model_config = ConfigDict(extra="ignore")

    model: str = MODEL
    document: OcrDocument
    pages: list[int] | str | None = None


def ocr_routes(extraction: Extraction) -> APIRouter:
    """The router."""
    router = APIRouter()

    @router.post("/ocr")
    @router.post("/v1/ocr")
    async def ocr(request: OcrRequest) -> dict[str, Any]:
        data, media_type = document_bytes(request.document)
        path, digest, size = await extraction.spooled(pieces(data), extraction.jobs.limits.max_bytes)
        job = Job(path, request.document.document_name or "", media_type, pages=pages_from_zero(request.pages))
        try:
            made = await whole(extraction.messages(job, digest))
        except DocumentProblem as problem:
            raise api_error(problem) from None
        finally:
            path.unlink(missing_ok=True)
        return {
            "pages": [ocr_page(one) for one in made["pages"]],
            "model": request.model,
            "document_annotation": None,
            "usage_info": {"pages_processed": len(made["pages"]), "doc_size_bytes": size},
        }

    return router


def document_bytes(document: OcrDocument) -> tuple[bytes, str]:
    """(bytes, media type). Raises ApiError(400)."""
    image = document.image_url
    url = document.document_url or (image.get("url") if isinstance(image, dict) else image)
    param = "document.image_url" if document.document_url is None and image is not None else "document.document_url"
    found = _DATA.match(url) if isinstance(url, str) else None
    if found is None or not found[3]:
        raise ApiError(
            400,
            "The document must be a data: URI in base64 (data:application/pdf;base64,...), or a file of /v1/files; "
            "addresses are not fetched.",
            param=param,
        )
    try:
        return base64.b64decode(str(url)[found.end() :], validate=True), found[1]
    except (binascii.Error, ValueError):
        raise ApiError(400, f"{param} is not valid base64.", param=param) from None


def pages_from_zero(asked: list[int] | str | None) -> str | None:
    """Mistral counts from 0; everything else here from 1. Raises ApiError(400)."""
    try:
        if not asked:
            return None
        pieces_ = asked.split(",") if isinstance(asked, str) else [str(n) for n in asked]
        ranges = [[int(n) + 1 for n in piece.split("-")] for piece in pieces_]
    except ValueError:
        raise ApiError(400, "pages must be a list of numbers from 0.", param="pages") from None
    return ",".join("-".join(str(n) for n in both) for both in ranges)


def ocr_page(one: dict[str, Any]) -> dict[str, Any]:
    """A page in Mistral's shape."""
    scale = DPI / 72
    size = {"width": int(one.get("width", 0) * scale), "height": int(one.get("height", 0) * scale)}
    dimensions = {"dpi": DPI, **size} if "width" in one else None
    return {"index": one["number"] - 1, "markdown": markdown(one), "images": [], "dimensions": dimensions}
