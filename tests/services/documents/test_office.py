"""Everything but PDF, by what the file holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.documents.office import decoded, read, rows_of, structured
from services.documents.pages import block, page
from services.documents.problems import DocumentProblem
from tests.services.documents import make

CASES: dict[str, tuple[Callable[[Path], Any], str, list[tuple[str, str]]]] = {
    "docx": (make.docx, "docx", [("heading", "Travel rules"), ("table", "City | Limit\nOslo | 140")]),
    "pptx": (make.pptx, "pptx", [("heading", "Kick-off"), ("heading", "Budget")]),
    "xlsx": (make.xlsx, "xlsx", [("table", "Part | Stock\nValve | 12")]),
    "html": (lambda p: p.write_bytes(make.HTML), "html", [("heading", "Opening hours")]),
    "eml": (lambda p: p.write_bytes(make.EML), "eml", [("text", "The boiler is checked on Tuesday by the caretaker.")]),
    "md": (lambda p: p.write_bytes(make.MD), "md", [("heading", "Menu"), ("list", "bread")]),
    "csv": (lambda p: p.write_bytes(make.CSV), "csv", [("table", "name | city\nJosé | Oslo\nAnna | Bergen")]),
    "txt": (lambda p: p.write_bytes("Grüße aus Köln".encode("utf-16")), "txt", [("text", "Grüße aus Köln")]),
}


@pytest.mark.parametrize("name", CASES)
def test_each_format_gives_its_blocks(name: str, tmp_path: Path) -> None:
    write, kind, expected = CASES[name]
    path = tmp_path / f"a.{name}"
    write(path)
    made = read(path, kind)
    found = [(b["kind"], b["text"]) for one in made for b in one["blocks"]]
    kinds = {text: kind_ for kind_, text in found}
    for wanted, text in expected:
        assert kinds.get(text) in (wanted, "heading", "text"), found
    assert len(made) == (2 if name in ("pptx", "xlsx") else 1)
    assert "x()" not in made[0]["text"]


def test_nothing_is_an_error_and_not_an_empty_list(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<html><body></body></html>")
    with pytest.raises(DocumentProblem, match="No text"):
        read(path, "html")


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(make.zip_bomb()[:2_000])
    with pytest.raises(DocumentProblem, match="damaged"):
        read(path, "docx")


def test_structure_by_wording_keeps_the_text() -> None:
    text = "OPENING HOURS\n\nWe open at nine on weekdays, said the owner."
    one = structured(page(1, [block("text", text)]))
    assert "We open at nine" in "".join(b["text"] for b in one["blocks"])
    assert structured(page(1, []))["blocks"] == []


def test_encodings_and_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe")
    assert decoded(path) == "Grüße"
    assert rows_of("<table><tr><td>a</td><th>b</th></tr><tr><td> </td></tr></table>") == [["a", "b"]]
    assert rows_of("") == []
