"""Hostile and broken files each cost one process and get a clear answer; good ones are read."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from services.documents.extraction import Extraction
from services.documents.jobs import Jobs
from services.documents.problems import DocumentProblem
from services.documents.settings import Limits
from services.documents.worker import Job
from tests.services.documents import make
from tests.services.documents.conftest import Read, collected

Write = Callable[[str, bytes], Path]
PDF = make.one_page(make.TEXT)

HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty.pdf", lambda: b"", "empty"),
    ("cut.pdf", lambda: PDF[: len(PDF) // 3], "truncated"),
    ("script.pdf", make.with_script, "active_content"),
    ("carrier.pdf", make.with_embedded_file, "active_content"),
    ("bomb.pdf", make.bomb, "too_large no_text"),
    ("many.pdf", lambda: make.many_pages(5_000), "too_many_pages"),
    ("bomb.docx", make.zip_bomb, "too_large"),
    ("broken.docx", lambda: make.zip_bomb()[:5_000], "truncated"),
    ("really.docx", lambda: PDF, "wrong_type"),
    ("text.pdf", lambda: b"just words", "wrong_type"),
    ("tool.pdf", lambda: b"MZ\0\0\1\2\3" * 50, "wrong_type"),
    ("tool.exe", lambda: b"MZ\0\0\1\2\3" * 50, "unsupported"),
    ("blank.txt", lambda: b"  \n \n", "no_text"),
    ("deep.html", lambda: b"<div>" * 60_000 + b"x" + b"</div>" * 60_000, "too_nested truncated no_text"),
]


@pytest.mark.parametrize(("name", "data", "codes"), HOSTILE, ids=[h[0] for h in HOSTILE])
async def test_a_hostile_file_is_a_clear_error(
    name: str, data: Callable[[], bytes], codes: str, written: Write, read: Read
) -> None:
    with pytest.raises(DocumentProblem) as caught:
        await read(written(name, data()), limits=Limits(memory_mb=256, timeout_s=60, page_timeout_s=30))
    assert caught.value.code in codes.split()
    assert 400 <= caught.value.status < 500
    assert caught.value.message.endswith(".")


async def test_an_encrypted_pdf_says_so(tmp_path: Path, read: Read) -> None:
    path = make.pdf(tmp_path / "e.pdf", ["Secret\nwords"], encrypt="password")
    with pytest.raises(DocumentProblem, match="without a password"):
        await read(path)


async def test_deep_nesting_costs_no_more_than_its_process(written: Write, read: Read) -> None:
    with pytest.raises(DocumentProblem) as caught:
        await read(written("deep.pdf", make.nested()), limits=Limits(timeout_s=30, page_timeout_s=20))
    assert 400 <= caught.value.status < 500


async def test_scripts_and_embedded_files_may_be_ignored(written: Write, read: Read) -> None:
    for name, data in (("s.pdf", make.with_script()), ("e.pdf", make.with_embedded_file())):
        made = await read(written(name, data), limits=Limits(active_content="ignore"))
        assert "Plain words on a page" in made["pages"][0]["text"]


async def test_pages_headings_and_tables_come_out(tmp_path: Path, read: Read) -> None:
    path = make.pdf(tmp_path / "r.pdf", [f"Chapter {i}\nThe pump number {i} runs.\nIt is green." for i in (1, 2, 3)])
    made = await read(path, boxes=True)
    assert (made["kind"], made["page_count"], made["metadata"]["title"]) == ("pdf", 3, "A report")
    second = made["pages"][1]
    assert second["number"] == 2
    assert [(b["kind"], b["text"]) for b in second["blocks"]] == [
        ("heading", "Chapter 2"),
        ("text", "The pump number 2 runs.\nIt is green."),
    ]
    left, top, right, bottom = second["blocks"][0]["box"]
    assert 70 < left < right < 200
    assert 50 < top < bottom < 80
    assert (second["width"], second["height"]) == (595.3, 841.9)
    rows = [["Part", "Stock"], ["Valve, large", "12"], ["<b>", "7"]]
    (table,) = [
        b for b in (await read(make.table_pdf(tmp_path / "t.pdf", rows)))["pages"][0]["blocks"] if b["kind"] == "table"
    ]
    assert table["csv"].splitlines() == ["Part,Stock", '"Valve, large",12', "<b>,7"]
    assert "<td>&lt;b&gt;</td>" in table["html"]
    assert table["inline"] is False


async def test_chosen_pages_are_read_and_wrong_ones_refused(tmp_path: Path, read: Read) -> None:
    path = make.pdf(tmp_path / "r.pdf", [f"Chapter {i}\nText" for i in range(1, 9)])
    made = await read(path, pages="2,5-6")
    assert [p["number"] for p in made["pages"]] == [2, 5, 6]
    assert made["page_count"] == 8
    with pytest.raises(DocumentProblem, match="within the document's 8 pages"):
        await read(path, pages="9")


async def test_pages_without_text_are_read_as_images(tmp_path: Path, read: Read) -> None:
    path = make.scanned_pdf(tmp_path / "s.pdf", [["INVOICE 4711", "Total 250 euros"]])
    made = await read(path)
    page = made["pages"][0]
    assert page["ocr"] is True
    assert "4711" in page["text"]
    assert "250" in page["text"]
    with pytest.raises(DocumentProblem, match="No text was found"):
        await read(path, limits=Limits(ocr="off"))


async def test_page_images_come_one_by_one(tmp_path: Path) -> None:
    path = make.pdf(tmp_path / "r.pdf", ["One\nx", "Two\ny"])
    messages = await collected(Jobs(Limits()).stream(Job(path, "r.pdf", render=72, format="png")))
    assert [m.get("image") for m in messages] == [None, 1, 2]
    assert all(m["picture"].startswith(b"\x89PNG") for m in messages[1:])


async def test_a_page_that_kills_its_process_is_skipped(tmp_path: Path) -> None:
    """Killed from outside while the third page is awaited: what was told is not told again."""
    path = make.pdf(tmp_path / "r.pdf", [f"Chapter {i}\n{'words ' * 12}" for i in range(1, 2_000)])
    jobs = Jobs(Limits())
    numbers, problems, killed = [], [], False
    async for message in jobs.stream(Job(path, "r.pdf", tables=False)):
        if "page" not in message:
            continue
        numbers.append(message["page"]["number"])
        if message["page"]["problem"]:
            problems.append(message["page"]["number"])
        if not killed and len(numbers) == 3:
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):  # it may end by itself at any moment
                    if child.status() != psutil.STATUS_ZOMBIE and _is_job(child):
                        child.kill()
                        killed = True
    assert killed
    assert numbers == list(range(1, 2_000))
    assert len(problems) == 1


async def test_a_slow_document_is_given_up(tmp_path: Path, read: Read) -> None:
    path = make.pdf(tmp_path / "r.pdf", [f"Chapter {i}\n{'words ' * 12}" for i in range(1, 1_900)])
    with pytest.raises(DocumentProblem) as caught:
        await read(path, limits=Limits(timeout_s=0.02, page_timeout_s=0.01))
    assert caught.value.code == "too_slow"


async def test_whoever_stops_listening_ends_the_process(tmp_path: Path) -> None:
    path = make.pdf(tmp_path / "r.pdf", [f"Chapter {i}\n{'words ' * 12}" for i in range(1, 1_900)])
    jobs = Jobs(Limits(workers=1))
    stream = jobs.stream(Job(path, "r.pdf", tables=False))
    assert "head" in await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    again = await asyncio.wait_for(collected(jobs.stream(Job(path, "r.pdf", pages="1", tables=False))), 60)
    assert len(again) == 2


async def test_what_was_read_is_remembered_by_its_digest(tmp_path: Path) -> None:
    path = make.pdf(tmp_path / "r.pdf", ["Chapter\nText of it"])
    extraction = Extraction(Jobs(Limits()), tmp_path / "spool")
    first = await collected(extraction.messages(Job(path, "r.pdf"), "d1"))
    path.unlink()
    assert await collected(extraction.messages(Job(Path("/elsewhere"), "r.pdf"), "d1")) == first
    with pytest.raises(DocumentProblem):
        await collected(extraction.messages(Job(path, "r.pdf"), "d2"))


def _is_job(process: psutil.Process) -> bool:
    """A child of this process's own fork server. Other tests' systems are below this process too."""
    server = process.parent()
    if server is None or "multiprocessing.forkserver" not in " ".join(server.cmdline()):
        return False
    return server.ppid() == os.getpid()
