"""A body becomes a file that is being read, and is gone afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.common.errors import ApiError
from services.documents import extraction as module
from services.documents.extraction import Extraction, whole
from services.documents.jobs import Jobs
from services.documents.pages import block, page
from services.documents.problems import DocumentProblem
from services.documents.settings import Limits
from services.documents.worker import Job, Message


class Told(Jobs):
    """Tells what it is given, and counts how often it is asked."""

    def __init__(self, texts: list[str]) -> None:
        self.limits, self.texts, self.asked = Limits(), texts, 0

    async def stream(self, job: Job) -> AsyncIterator[Message]:
        self.asked += 1
        yield {"head": {"kind": "pdf", "pages": len(self.texts), "metadata": {}}}
        for number, text in enumerate(self.texts, 1):
            yield {"page": page(number, [block("text", text)] if text else [])}


async def _body(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_a_body_is_written_down_within_its_limit(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    extraction = Extraction(Told([]), spool)
    path, digest, size = await extraction.spooled(_body(b"ab", b"c"), 3)
    assert [(p, p.read_bytes()) for p in spool.iterdir()] == [(path, b"abc")]
    assert (digest, size) == (hashlib.sha256(b"abc").hexdigest(), 3)
    with pytest.raises(ApiError):
        await extraction.spooled(_body(b"ab", b"cd"), 3)
    assert list(spool.iterdir()) == [path]
    Extraction(Told([]), spool)
    assert list(spool.iterdir()) == [], "what a crash left"


async def test_the_same_document_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Told(["some text"])
    extraction = Extraction(jobs, tmp_path)
    first = await whole(extraction.messages(Job(Path("a")), "d"))
    assert await whole(extraction.messages(Job(Path("b")), "d")) == first
    assert jobs.asked == 1
    await whole(extraction.messages(Job(Path("b"), pages="1"), "d"))
    assert jobs.asked == 2, "other options are another result"
    monkeypatch.setattr(module, "REMEMBERED_S", -1.0)
    await whole(extraction.messages(Job(Path("a")), "d"))
    assert jobs.asked == 3


async def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED_CHARS", 20_000)
    jobs = Told(["x" * 2_000])
    extraction = Extraction(jobs, tmp_path)
    for digest in ("1", "2", "3", "4", "5", "6", "1"):
        await whole(extraction.messages(Job(Path("a")), digest))
    assert jobs.asked == 7
    assert extraction._chars <= 20_000


async def test_a_document_without_text_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(DocumentProblem, match="No text"):
        await whole(Extraction(Told(["", " "]), tmp_path).messages(Job(Path("a")), "d"))
