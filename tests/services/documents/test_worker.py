"""What a job tells, without a process."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from services.documents.problems import DocumentProblem
from services.documents.settings import Limits
from services.documents.worker import Job, messages
from tests.services.documents import make


def test_a_picture_is_one_page(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    make.picture(["Gate B12"], (600, 300)).save(path)
    head, page = messages(Job(path, "p.png"), Limits())
    assert head["head"]["pages"] == 1
    assert "B12" in page["page"]["text"]
    assert "box" not in page["page"]["blocks"][0]
    off = list(messages(Job(path, "p.png", ocr="off"), Limits()))
    assert off[1]["page"]["problem"] == "no_text"
    shown = list(messages(Job(path, "p.png", render=72, format="jpeg"), Limits()))
    assert shown[1]["picture"].startswith(b"\xff\xd8")


def test_a_picture_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(DocumentProblem, match="damaged"):
        list(messages(Job(path, "p.png"), Limits()))


def test_skipped_pages_are_not_told_again(tmp_path: Path) -> None:
    path = make.pdf(tmp_path / "r.pdf", ["One\nx", "Two\ny", "Three\nz"])
    told = list(messages(Job(path, skip=frozenset({1, 2})), Limits()))
    assert [m["page"]["number"] for m in told[1:]] == [3]


def test_by_wording_or_by_ocr_where_asked(tmp_path: Path) -> None:
    path = make.pdf(tmp_path / "r.pdf", ["One\nIt is a long enough sentence for a page."])
    job = Job(path, "r.pdf")
    worded = list(messages(job, Limits(engine="unstructured")))[1]["page"]
    assert "long enough" in worded["text"]
    forced = list(messages(replace(job, ocr="force", boxes=True), Limits()))[1]["page"]
    assert forced["ocr"] is True
    assert "long enough" in forced["text"]
    assert "box" in forced["blocks"][0]


def test_only_pages_can_be_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(make.MD)
    with pytest.raises(DocumentProblem, match="images"):
        list(messages(Job(path, "a.md", render=72), Limits()))


def test_a_process_is_held_to_its_memory() -> None:
    """In a process of its own: a limit cannot be taken back."""
    script = (
        "from services.documents.worker import confine\nconfine(64)\n"
        "try:\n bytearray(200 * 2**20)\nexcept MemoryError:\n print('held')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "held"
