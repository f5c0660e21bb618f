"""Mistral's shape; the route is tested through ``test_app``."""

from __future__ import annotations

import pytest

from services.common.errors import ApiError
from services.documents.ocr_routes import OcrDocument, document_bytes, ocr_page, pages_from_zero
from services.documents.pages import block, page


@pytest.mark.parametrize(
    "document",
    [
        OcrDocument(document_url="data:application/pdf;base64,aGk="),
        OcrDocument(type="image_url", image_url="data:application/pdf;name=a.pdf;base64,aGk="),
        OcrDocument(type="image_url", image_url={"url": "data:application/pdf;base64,aGk="}),
    ],
)
def test_documents_as_data(document: OcrDocument) -> None:
    assert document_bytes(document) == (b"hi", "application/pdf")


@pytest.mark.parametrize("url", ["https://example.com/a.pdf", "file:///etc/passwd", "data:text/plain,hi", "", None])
def test_nothing_is_fetched(url: str | None) -> None:
    with pytest.raises(ApiError, match="not fetched"):
        document_bytes(OcrDocument(document_url=url))


def test_pages_count_from_zero() -> None:
    assert [pages_from_zero(p) for p in (None, [0, 4], "0-2,5")] == [None, "1,5", "1-3,6"]
    with pytest.raises(ApiError):
        pages_from_zero("a")
    made = ocr_page(page(3, [block("heading", "X", level=2)]))
    assert made == {"index": 2, "markdown": "## X", "images": [], "dimensions": None}
