"""Files become text; one that cannot be read stays, and why is known. The service itself: tests/services/documents."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest

from plugins.litellm_adapter.preparation.documents import Documents, Source, class_in, source_of
from plugins.litellm_adapter.refusal import Refused
from plugins.routing.content import Material
from plugins.routing.types import DataClass
from services.common.documents_client import DocumentsClient, FileOwner
from services.common.errors import ApiError
from tests.plugins.litellm_adapter.preparation.ask import ask

PDF = base64.b64encode(b"%PDF-1.7").decode()
URI = f"data:application/pdf;base64,{PDF}"


class Service(DocumentsClient):
    """Answers like the service, and counts."""

    def __init__(self, *texts: str, kind: str = "pdf", error: ApiError | None = None, **page: Any) -> None:
        self.texts, self.kind, self.error, self.page = texts, kind, error, page
        self.calls: list[tuple[Any, ...]] = []

    def _document(self) -> dict[str, Any]:
        if self.error is not None:
            raise self.error
        pages = [{"number": i, "text": t, "problem": None, **self.page} for i, t in enumerate(self.texts, 1)]
        return {"kind": self.kind, "page_count": len(pages), "pages": pages}

    async def extract(self, data: Any, *, name: str = "", media_type: str = "", **options: str) -> dict[str, Any]:
        self.calls.append(("extract", data, name, media_type))
        return self._document()

    async def extract_file(self, owner: FileOwner, file_id: str, **options: str) -> dict[str, Any]:
        self.calls.append(("extract_file", owner, file_id))
        return self._document()

    async def get(self, owner: FileOwner, file_id: str) -> dict[str, Any]:
        if self.error is not None:
            raise self.error
        return {"filename": "stored.pdf", "signalbox": {"data_class": "restricted"}}

    async def content(self, owner: FileOwner, file_id: str) -> tuple[bytes, str]:
        return b"\x89PNG", "image/png"

    async def lines(self, method: str, path: str, headers: Any, **more: Any) -> AsyncIterator[dict[str, Any]]:
        self.calls.append((method, path, more["pages"]))
        yield {"head": {}}
        for page in more["pages"].split(","):
            yield {"image": int(page), "picture": "AAAA"}


def _chat(*parts: Any) -> dict[str, Any]:
    return {"model": "auto", "messages": [{"role": "user", "content": [*parts, {"type": "text", "text": "Why?"}]}]}


FILE = {"type": "file", "file": {"file_data": URI, "filename": "a.pdf"}}
STORED = {"type": "file", "file": {"file_id": "file-1"}}


async def test_a_file_is_replaced_by_its_pages() -> None:
    service = Service("one", "two")
    asked = ask(_chat(FILE))
    found = await Documents(service).prepare(asked)
    shown = asked.data["messages"][0]["content"][0]
    assert isinstance(shown, Material)
    assert shown["text"] == "[Document a.pdf]\n[Page 1]\none\n[Page 2]\ntwo\n[End of document a.pdf]"
    assert service.calls == [("extract", b"%PDF-1.7", "a.pdf", "application/pdf")]
    assert (found.units, found.data_class, found.problem, len(found.fits)) == ({"pages": 2}, DataClass.PUBLIC, None, 1)


async def test_a_rerun_reads_nothing_again() -> None:
    service, memory = Service("one"), dict[str, Any]()
    for _ in range(2):
        await Documents(service).prepare(ask(_chat(FILE), memory=memory))
    assert len(service.calls) == 1


async def test_a_stored_file_brings_its_class_and_is_asked_for_as_its_owner() -> None:
    service = Service("one")
    asked = ask(_chat(STORED))
    found = await Documents(service).prepare(asked)
    assert found.data_class is DataClass.RESTRICTED
    assert service.calls == [("extract_file", FileOwner("hash", "t"), "file-1")]
    assert asked.data["messages"][0]["content"][0]["text"].startswith("[Document stored.pdf]")


async def test_what_cannot_be_read_stays_and_says_why() -> None:
    asked = ask(_chat(FILE))
    found = await Documents(Service(error=ApiError(400, "It is encrypted.", code="encrypted"))).prepare(asked)
    assert asked.data == _chat(FILE)
    assert found.problem is not None
    assert (found.problem.status, found.problem.code, found.problem.param) == (
        400, "encrypted", "messages[0].content[0]",
    )  # fmt: skip


async def test_a_file_of_somebody_else_is_told_at_once() -> None:
    with pytest.raises(Refused) as caught:
        await Documents(Service(error=ApiError(404, "none", code="file_not_found"))).prepare(ask(_chat(STORED)))
    assert (caught.value.status, caught.value.param) == (404, "messages[0].content[0].file_id")


async def test_a_page_that_could_not_be_read_counts_as_unread() -> None:
    found = await Documents(Service("one", "", problem="too_slow")).prepare(ask(_chat(FILE)))
    assert found.unread == {"file"}


async def test_addresses_are_not_fetched_and_too_many_files_are_refused() -> None:
    part = {"type": "input_file", "file_url": "https://example.com/a.pdf"}
    asked = ask({"model": "auto", "input": [{"role": "user", "content": [part]}]})
    found = await Documents(Service()).prepare(asked)
    assert found.problem is not None
    assert found.problem.code == "unsupported_file_url"
    with pytest.raises(Refused, match="more than 50"):
        await Documents(Service()).prepare(ask(_chat(*[FILE] * 51)))


async def test_without_a_service_the_request_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGNALBOX_DOCUMENTS_URL", raising=False)
    asked = ask(_chat(FILE))
    found = await Documents().prepare(asked)
    assert asked.data == _chat(FILE)
    assert found.problem is not None
    assert found.problem.status == 503


@pytest.mark.parametrize(
    ("part", "image"),
    [
        (
            {"type": "file", "file": {"file_data": URI, "detail": "high"}},
            {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,AAAA"}},
        ),
        (
            {"type": "input_file", "file_data": URI, "detail": "high"},
            {"type": "input_image", "image_url": "data:image/jpeg;base64,AAAA", "detail": "auto"},
        ),
        (
            {"type": "document", "detail": "high", "source": {"type": "file", "file_id": "file-1"}},
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "AAAA"}},
        ),
    ],
)
async def test_pages_are_shown_as_images_where_asked(part: dict[str, Any], image: dict[str, Any]) -> None:
    service = Service("dull", "the answer is on this page", "dull again")
    asked = ask(_chat(part), question="Where is the answer?")
    await Documents(service).prepare(asked)
    content = asked.data["messages"][0]["content"]
    assert content[1:-1] == [image] * 3
    assert service.calls[-1][2] == "1,2,3"


async def test_a_stored_picture_becomes_the_picture() -> None:
    part = {"type": "input_image", "file_id": "file-1", "detail": "auto"}
    asked = ask({"model": "auto", "input": [{"role": "user", "content": [part]}]})
    found = await Documents(Service()).prepare(asked)
    assert asked.data["input"][0]["content"][0]["image_url"] == "data:image/png;base64,iVBORw=="
    assert found.data_class is DataClass.RESTRICTED
    inline = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    assert not Documents(Service()).wants(_chat(inline, {"type": "image", "source": {"type": "url"}}), "acompletion")


def test_sources() -> None:
    assert source_of(FILE) == Source(b"%PDF-1.7", "application/pdf", "a.pdf")
    assert source_of({"type": "file", "file": {"file_data": PDF}}) == Source(b"%PDF-1.7")
    assert source_of(STORED) == Source(file_id="file-1")
    anthropic = {"type": "base64", "media_type": "application/pdf", "data": PDF}
    assert source_of({"type": "document", "source": anthropic}) == Source(b"%PDF-1.7", "application/pdf")
    assert source_of({"type": "file", "file": {}}) is None
    with pytest.raises(ApiError, match="base64"):
        source_of({"type": "file", "file": {"file_data": "data:application/pdf;base64,#"}})
    assert class_in({}) is DataClass.RESTRICTED
    assert class_in({"signalbox": {"data_class": "public"}}) is DataClass.PUBLIC
