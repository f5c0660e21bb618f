"""What is found on a PDF's pages; most of it is tested through jobs."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.documents import pdf
from services.documents.problems import DocumentProblem
from tests.services.documents import make

REAL = sorted(Path("/usr/share/doc").glob("**/*.pdf"))[:3]


@pytest.mark.parametrize(("data", "carried"), [
    (make.with_script(), ["scripts"]),
    (make.with_embedded_file(), ["embedded files"]),
    (make.one_page(make.TEXT), []),
    (make.one_page(make.TEXT, page=b"/AA<</O<</S/Launch/F(a.exe)>>>>"), ["scripts"]),
    (make.one_page(make.TEXT, page=b"/Launchpad true"), []),
])  # fmt: skip
def test_what_it_carries(data: bytes, carried: list[str], tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with pdf.opened(path) as document:
        assert pdf.carries(document, path) == carried


def test_a_huge_page_is_drawn_smaller(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make.one_page(make.TEXT).replace(b"[0 0 595 842]", b"[0 0 99999 9]"))
    with pdf.opened(path) as document:
        picture = pdf.render(document, 1, 200)
        assert picture.width * picture.height <= pdf.MAX_PIXELS * 1.1


def test_pages_are_counted_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make.many_pages(20))
    with pdf.opened(path) as document:
        assert pdf.check(document, path, active_content="refuse", max_pages=20) == 20
        with pytest.raises(DocumentProblem, match="20 pages, more than 19"):
            pdf.check(document, path, active_content="refuse", max_pages=19)


@pytest.mark.skipif(not REAL, reason="there is no PDF under /usr/share/doc on this machine")
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_documents_of_this_machine_are_read(path: Path) -> None:
    with pdf.opened(path) as document:
        tables = pdf.Tables(path)
        pages = [pdf.read_page(document, n, tables=tables, boxes=True)[0] for n in range(1, min(6, len(document)) + 1)]
        tables.close()
    assert sum(len(p["text"]) for p in pages) > 500
    assert any(b["kind"] == "heading" for p in pages for b in p["blocks"])
