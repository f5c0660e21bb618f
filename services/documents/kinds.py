"""What a file is, by its bytes, and whether its name says the same.

Knows: signatures, extensions, media types. Does not know: how any kind is read. A name never decides between two binary
formats; among texts (HTML, mail, Markdown, CSV, plain) it does, since their bytes do not tell.
"""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePath

from services.documents.problems import DocumentProblem

HEAD = 4_096
_BINARY: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
)
_OFFICE = {"word/": "docx", "ppt/": "pptx", "xl/": "xlsx"}
_EXTENSIONS = {
    "pdf": "pdf", "docx": "docx", "pptx": "pptx", "xlsx": "xlsx", "html": "html", "htm": "html", "eml": "eml",
    "md": "md", "markdown": "md", "csv": "csv", "txt": "txt", "text": "txt", "log": "txt", "png": "png", "jpg": "jpeg",
    "jpeg": "jpeg",
}  # fmt: skip
_MEDIA = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html", "message/rfc822": "eml", "text/markdown": "md", "text/csv": "csv", "text/plain": "txt",
    "image/png": "png", "image/jpeg": "jpeg",
}  # fmt: skip
TEXTS = frozenset({"html", "eml", "md", "csv", "txt"})
KINDS = frozenset(_EXTENSIONS.values())


def kind_of(path: Path, name: str = "", media_type: str = "") -> str:
    """One of ``KINDS``. Raises DocumentProblem: ``empty``, ``encrypted``, ``unsupported``, ``wrong_type``, or
    ``truncated`` for a broken container."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise DocumentProblem("empty")
    named = _EXTENSIONS.get(PurePath(name).suffix.lower().lstrip(".")) or _MEDIA.get(media_type.split(";")[0].strip())
    holds = _binary(head, path)
    if holds is None:
        if named is not None and named not in TEXTS:
            raise DocumentProblem("wrong_type", named=named.upper(), holds="something else")
        if not _is_text(head):
            raise DocumentProblem("unsupported")
        return named or _text_kind(head)
    if named is not None and named != holds:
        raise DocumentProblem("wrong_type", named=named.upper(), holds=holds.upper())
    return holds


def _binary(head: bytes, path: Path) -> str | None:
    """The kind by signature, None for what may be a text."""
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _office(path)
    kind = next((kind for mark, kind in _BINARY if head.startswith(mark)), None)
    if kind == "ole":
        # An encrypted DOCX, PPTX or XLSX is an OLE container with a stream of this name (UTF-16).
        with path.open("rb") as file:
            if "EncryptedPackage".encode("utf-16-le") in file.read(2**20):
                raise DocumentProblem("encrypted")
        raise DocumentProblem("unsupported")
    return kind


def _office(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as container:
            names = [info.filename for info in container.infolist()[:2_000]]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise DocumentProblem("truncated") from None
    if "[Content_Types].xml" in names:
        for folder, kind in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return kind
    raise DocumentProblem("unsupported")


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in head and sum(c < 9 or 13 < c < 32 for c in head) <= len(head) // 50


def _text_kind(head: bytes) -> str:
    start = head.lstrip()[:512].lower()
    return "html" if start.startswith((b"<!doctype html", b"<html")) else "txt"
