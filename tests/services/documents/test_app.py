"""The service over HTTP, with the client that every other part uses."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.common.documents_client import DocumentsClient, FileOwner
from services.common.errors import ApiError
from services.documents.app import documents_app
from services.documents.settings import Limits
from tests.services.documents import make

ANNA, CARL = FileOwner("anna", "red"), FileOwner("carl")


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = documents_app(tmp_path, Limits(max_file_mb=1, max_pages=400), "k")
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://documents") as client:
            yield client


@pytest.fixture
def client(http: httpx.AsyncClient) -> DocumentsClient:
    return DocumentsClient("http://documents", "k", http)


@pytest.fixture
def report(tmp_path: Path) -> bytes:
    return make.pdf(tmp_path / "r.pdf", [f"Chapter {i}\nThe pump number {i} runs." for i in range(1, 13)]).read_bytes()


async def test_nothing_is_served_without_the_internal_key(http: httpx.AsyncClient) -> None:
    assert (await http.post("/extract", content=b"x")).status_code == 401
    assert (await http.get("/health/readiness")).status_code == 200


async def test_a_document_whole_and_page_by_page(client: DocumentsClient, report: bytes, tmp_path: Path) -> None:
    made = await client.extract(report, name="r.pdf", pages="3")
    assert made["page_count"] == 12
    assert "pump number 3" in made["pages"][0]["text"]
    headers = {"x-filename": "r.pdf"}
    lines = [m async for m in client.lines("POST", "/extract", headers, content=report)]
    assert lines[0]["head"]["pages"] == 12
    assert [m["page"]["number"] for m in lines[1:]] == list(range(1, 13))
    images = [m async for m in client.lines("POST", "/images", headers, content=report, pages="2", format="png")]
    assert base64.b64decode(images[1]["picture"]).startswith(b"\x89PNG")
    assert list((tmp_path / "documents" / "spool").iterdir()) == []


@pytest.mark.parametrize(
    ("data", "options", "status", "code"),
    [
        (b"", {}, 400, "empty"),
        (make.one_page(make.TEXT)[:90], {}, 400, "truncated"),
        (b"x" * (2**20 + 1), {}, 413, "file_too_large"),
        (make.one_page(make.TEXT), {"pages": "9"}, 400, "bad_pages"),
        (make.one_page(make.TEXT), {"ocr": "perhaps"}, 400, None),
        (make.one_page(make.TEXT), {"boxes": "1"}, 400, None),
    ],
)
async def test_problems_are_openai_shaped(
    client: DocumentsClient, data: bytes, options: dict[str, str], status: int, code: str | None, tmp_path: Path
) -> None:
    with pytest.raises(ApiError) as caught:
        await client.extract(data, name="", **options)
    assert (caught.value.status, caught.value.code, caught.value.type) == (status, code, "invalid_request_error")
    with pytest.raises(ApiError):
        _ = [m async for m in client.lines("POST", "/extract", {}, content=data, **options)]
    assert list((tmp_path / "documents" / "spool").iterdir()) == []


async def test_the_life_of_a_file(client: DocumentsClient, report: bytes) -> None:
    made = await client.create(
        ANNA, report, name="Überblick.pdf", media_type="application/pdf", purpose="user_data", data_class="internal",
        expires_after_s=3_600,
    )  # fmt: skip
    assert (made["object"], made["filename"], made["bytes"]) == ("file", "Überblick.pdf", len(report))
    assert made["expires_at"] - made["created_at"] == pytest.approx(3_600, abs=2)
    assert await client.content(ANNA, made["id"]) == (report, "application/pdf")
    assert (await client.listed(FileOwner("ben", "red")))["data"] == [made]
    assert (await client.extract_file(ANNA, made["id"], pages="1"))["pages"][0]["number"] == 1
    await client.mark(ANNA, made["id"], "restricted", "encrypted")
    again = await client.get(ANNA, made["id"])
    assert (again["signalbox"]["data_class"], again["status"]) == ("restricted", "error")
    for asked in (client.get, client.content, client.delete, client.extract_file):
        with pytest.raises(ApiError) as caught:
            await asked(CARL, made["id"])
        assert caught.value.status == 404
    assert (await client.delete(ANNA, made["id"]))["deleted"] is True
    assert (await client.listed(ANNA))["data"] == []


@pytest.mark.parametrize(("change", "param"), [
    ({"purpose": "batch"}, "purpose"),
    ({"expires_after_s": 0}, "expires_after.seconds"),
    ({"data_class": "secret"}, "x-signalbox-data-class"),
])  # fmt: skip
async def test_wrong_uploads(client: DocumentsClient, change: dict[str, Any], param: str) -> None:
    given = {"name": "a", "media_type": "text/plain", "purpose": "user_data", "data_class": "internal", **change}
    with pytest.raises(ApiError) as caught:
        await client.create(ANNA, b"x", **given)
    assert (caught.value.status, caught.value.param) == (400, param)


async def test_ocr_in_mistrals_shape(http: httpx.AsyncClient, report: bytes) -> None:
    key = {"Authorization": "Bearer k"}
    uri = "data:application/pdf;base64," + base64.b64encode(report).decode()
    body = {"model": "ocr", "document": {"type": "document_url", "document_url": uri}, "pages": [1, 2]}
    answer = (await http.post("/v1/ocr", json=body, headers=key)).json()
    assert [p["index"] for p in answer["pages"]] == [1, 2]
    assert answer["pages"][0]["markdown"].startswith("# Chapter 2\n\nThe pump")
    assert answer["pages"][0]["dimensions"] == {"dpi": 200, "width": 1653, "height": 2338}
    assert answer["usage_info"] == {"pages_processed": 2, "doc_size_bytes": len(report)}
    for url in ("https://example.com/a.pdf", "data:application/pdf;base64,#", None):
        wrong = await http.post("/ocr", json={"document": {"document_url": url}}, headers=key)
        assert wrong.status_code == 400
        assert wrong.json()["error"]["param"] == "document.document_url"
