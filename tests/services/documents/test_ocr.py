"""Both engines read what is written."""

from __future__ import annotations

import shutil

import pytest

from services.documents.ocr import DPI, RapidOcr, engine, rapid_blocks, tesseract_blocks
from tests.services.documents import make


@pytest.mark.parametrize("name", ["tesseract", "rapidocr"])
def test_an_engine_reads_a_picture(name: str) -> None:
    if name == "tesseract" and shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed on this machine")
    found = engine(name, "eng")
    assert found is not None
    assert found[0] == name
    blocks = found[1](make.picture(["Warehouse seven", "Stock 1234"], (800, 300)), DPI)
    text = " ".join(b["text"] for b in blocks)
    assert "1234" in text
    assert "arehouse" in text
    assert all(len(b["box"]) == 4 and b["box"][0] < b["box"][2] for b in blocks)


def test_without_tesseract_the_other_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    found = engine("auto", "eng")
    assert found is not None
    assert isinstance(found[1], RapidOcr)
    assert engine("tesseract", "eng") is None


def test_lines_are_in_reading_order() -> None:
    def line(x: int, y: int, text: str) -> list[object]:
        return [[[x, y], [x + 100, y], [x + 100, y + 20], [x, y + 20]], text, 0.9]

    blocks = rapid_blocks([line(300, 12, "b"), line(0, 10, "a"), line(0, 60, "c")], 0.5)
    assert [b["text"] for b in blocks] == ["a", "b", "c"]
    assert blocks[2]["box"] == [0.0, 30.0, 50.0, 40.0]


def test_noise_is_left_out() -> None:
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    rows = ["5\t1\t1\t1\t1\t1\t0\t0\t10\t10\t95\tgood", "5\t1\t1\t1\t1\t2\t12\t0\t10\t10\t5\t~|", "4\t1\t1\t1\t1\t0\t0"]
    (block,) = tesseract_blocks(head + "\n".join(rows), 1.0)
    assert (block["text"], block["box"]) == ("good", [0.0, 0.0, 10.0, 10.0])
