"""A file is what its bytes say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from services.documents.kinds import kind_of
from services.documents.problems import DocumentProblem
from tests.services.documents import make

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "media", "data", "kind"),
    [
        ("a.pdf", "", b"%PDF-1.4 ...", "pdf"),
        ("", "", b"junk before\n%PDF-1.4", "pdf"),
        ("a.md", "", b"# x", "md"),
        ("", "text/csv; charset=utf-8", b"a,b", "csv"),
        ("", "", b"<!DOCTYPE html><p>", "html"),
        ("", "", b"words", "txt"),
        ("a.jpeg", "", b"\xff\xd8\xff\xe0", "jpeg"),
        ("a.PNG", "", b"\x89PNG\r\n\x1a\n", "png"),
        ("a.txt", "", "\ufeffw".encode("utf-16-le"), "txt"),
    ],
)
def test_kinds(name: str, media: str, data: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    assert kind_of(path, name, media) == kind


@pytest.mark.parametrize(("build", "kind"), [(make.docx, "docx"), (make.pptx, "pptx"), (make.xlsx, "xlsx")])
def test_office_files_need_no_name(build: Callable[[Path], Path], kind: str, tmp_path: Path) -> None:
    assert kind_of(build(tmp_path / f"x.{kind}")) == kind


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"", "empty"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("a.doc", OLE, "unsupported"),
        ("a.pdf", b"\xff\xd8\xff\xe0", "wrong_type"),
        ("a.zip", b"PK\x03\x04rubbish", "truncated"),
        ("a.bin", bytes(range(256)), "unsupported"),
    ],
)
def test_problems(name: str, data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(DocumentProblem) as caught:
        kind_of(path, name)
    assert caught.value.code == code
