"""Where the document of an OCR request is. The route runs in tests/e2e/test_documents.py and e2e/keys."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request

from plugins.litellm_adapter.ocr_routes import _document
from services.common.documents_client import DocumentsClient, FileOwner
from services.common.errors import ApiError
from tests.plugins.litellm_adapter import facts

REQUEST = Request({"type": "http", "method": "POST", "path": "/v1/ocr", "headers": []})


class Stored(DocumentsClient):
    """One file."""

    def __init__(self) -> None:
        pass

    async def content(self, owner: FileOwner, file_id: str) -> tuple[bytes, str]:
        if file_id != "file-1":
            raise ApiError(404, "There is no such file.", code="file_not_found")
        return b"hi", "application/pdf; charset=x"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (
            {"type": "file", "file_id": "file-1"},
            {"type": "document_url", "document_url": "data:application/pdf;base64,aGk="},
        ),
        ({"document_url": "data:x"}, {"type": "document_url", "document_url": "data:x"}),
        ({"image_url": "data:x"}, {"type": "image_url", "image_url": "data:x"}),
    ],
)
async def test_documents(given: dict[str, Any], sent: dict[str, Any]) -> None:
    assert await _document(given, REQUEST, facts.key(), Stored()) == sent


@pytest.mark.parametrize(
    ("given", "stored", "status"),
    [(None, Stored(), "400"), ({"file_id": "file-2"}, Stored(), "404"), ({"file_id": "file-1"}, None, "503")],
)
async def test_refusals(given: Any, stored: Stored | None, status: str) -> None:
    with pytest.raises(Exception, match=r"\w") as caught:
        await _document(given, REQUEST, facts.key(), stored)
    assert caught.value.code == status  # type: ignore[attr-defined]
