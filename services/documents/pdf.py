"""Text, headings, tables and images of a PDF's pages.

Knows: PDFium (pypdfium2) for text and pictures, pdfplumber for tables that have lines. Does not know: processes, limits
of time. Runs in a worker. Scripts are never run and embedded files never opened: this PDFium has no script engine.
"""

from __future__ import annotations

import ctypes
import io
import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from services.documents.pages import block, page, table
from services.documents.problems import DocumentProblem

HEADING_RATIO = 1.15
HEADING_CHARS = 160
MIN_LINES = 4
"""Paths on a page from which on it may hold a ruled table; pdfplumber is slow and looks at those only."""

MAX_PATHS = 5_000
"""A drawing, not a table."""

BLANK_CHARS = 12
MAX_PIXELS = 40_000_000
_PASSWORD, _SECURITY = 4, 5
_ACTIONS = re.compile(rb"/(?:JavaScript|Launch)(?![A-Za-z0-9])")


class Tables:
    """pdfplumber's view of the file, opened when the first page needs it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._plumbed: Any = None

    def on(self, number: int, boxes: bool) -> list[dict[str, Any]]:
        """The ruled tables of a page."""
        import pdfplumber

        if self._plumbed is None:
            self._plumbed = pdfplumber.open(self._path)
        one = self._plumbed.pages[number - 1]
        found = []
        for item in one.find_tables():
            rows = [[cell or "" for cell in row] for row in item.extract()]
            if len(rows) > 1 and any(len(row) > 1 for row in rows):
                found.append(table(rows, box=item.bbox if boxes else None, inline=False))
        one.close()
        return found

    def close(self) -> None:
        """Closes the file where it was opened."""
        if self._plumbed is not None:
            self._plumbed.close()


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The document. Raises DocumentProblem: ``encrypted`` or ``truncated``."""
    try:
        document = pdfium.PdfDocument(str(path))
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None) or raw.FPDF_GetLastError()
        encrypted = code in (_PASSWORD, _SECURITY) or "password" in str(error).lower()
        raise DocumentProblem("encrypted" if encrypted else "truncated") from None
    try:
        yield document
    finally:
        document.close()


def check(document: Any, path: Path, *, active_content: str, max_pages: int) -> int:
    """The number of pages. Raises DocumentProblem: ``truncated``, ``too_many_pages``, ``active_content``."""
    count = len(document)
    if count < 1:
        raise DocumentProblem("truncated")
    if count > max_pages:
        raise DocumentProblem("too_many_pages", pages=count, most=max_pages)
    if active_content == "refuse":
        carried = carries(document, path)
        if carried:
            raise DocumentProblem("active_content", what=" and ".join(carried))
    return count


def carries(document: Any, path: Path) -> list[str]:
    """What the PDF holds beside pages: ``scripts``, ``embedded files``."""
    found = []
    if raw.FPDFDoc_GetJavaScriptActionCount(document.raw) > 0 or _names_actions(path):
        found.append("scripts")
    if raw.FPDFDoc_GetAttachmentCount(document.raw) > 0:
        found.append("embedded files")
    return found


def _names_actions(path: Path) -> bool:
    """Whether an action's name stands in the file: those of single pages and fields are in no list of PDFium's."""
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(2**20):
            if _ACTIONS.search(tail + chunk):
                return True
            tail = chunk[-16:]
    return False


def metadata(document: Any) -> dict[str, str]:
    """Title, author and dates as the file states them, without empty ones and placeholders."""
    said = document.get_metadata_dict()
    return {k.lower(): v[:500] for k, v in said.items() if v and not v.startswith("(")}


def read_page(document: Any, number: int, *, tables: Tables | None, boxes: bool) -> tuple[dict[str, Any], bool]:
    """The page, and whether it is a picture without text that should be read by OCR. ``tables`` None: without."""
    one = document[number - 1]
    try:
        width, height = one.get_size()
        text = one.get_textpage()
        try:
            blocks = _blocks(text, height if boxes else None)
        finally:
            text.close()
        paths, pictures = _objects(one)
        if tables is not None and MIN_LINES <= paths <= MAX_PATHS:
            blocks += tables.on(number, boxes)
        made = page(number, blocks, width=round(width, 1), height=round(height, 1))
        blank = len("".join(made["text"][:500].split())) < BLANK_CHARS
        return made, blank and pictures + paths > 0
    finally:
        one.close()


def render(document: Any, number: int, dpi: int) -> Any:
    """The page as a picture (PIL), at ``dpi`` or less where it would be larger than MAX_PIXELS."""
    one = document[number - 1]
    try:
        width, height = one.get_size()
        scale = dpi / 72
        pixels = max(1.0, width * height * scale * scale)
        scale *= min(1.0, (MAX_PIXELS / pixels) ** 0.5)
        bitmap = one.render(scale=scale)
        try:
            return bitmap.to_pil().convert("RGB")
        finally:
            bitmap.close()
    finally:
        one.close()


def encoded(picture: Any, format: str) -> bytes:
    """``picture`` as ``png`` or ``jpeg`` bytes."""
    out = io.BytesIO()
    picture.save(out, format.upper(), **({"quality": 85} if format == "jpeg" else {}))
    return out.getvalue()


def _objects(one: Any) -> tuple[int, int]:
    """(paths, pictures) on the page."""
    paths = pictures = 0
    for item in one.get_objects(max_depth=3):
        if item.type == raw.FPDF_PAGEOBJ_PATH:
            paths += 1
        elif item.type == raw.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
        if paths > MAX_PATHS:
            break
    return paths, pictures


def _blocks(text: Any, height: float | None) -> list[dict[str, Any]]:
    """Lines joined to paragraphs; a line in larger type is a heading. ``height`` not None: with boxes."""
    whole = text.get_text_range().replace("\0", "")
    lines: list[tuple[str, int, float]] = []
    position = 0
    for line in whole.split("\n"):
        stripped = line.rstrip("\r")
        if stripped.strip():
            at = max(0, raw.FPDFText_GetCharIndexFromTextIndex(text.raw, position))
            lines.append((stripped, at, float(raw.FPDFText_GetFontSize(text.raw, at))))
        position += len(line) + 1
    if not lines:
        return []
    body = statistics.median(size for line, _, size in lines for _ in range(1 + len(line) // 20))
    sizes = sorted({round(s, 1) for line, _, s in lines if _is_heading(line, s, body)}, reverse=True)
    blocks: list[dict[str, Any]] = []
    current: list[tuple[str, int]] = []
    for line, start, size in lines:
        if _is_heading(line, size, body):
            _close(blocks, current, text, height)
            box = _box(text, start, len(line), height)
            blocks.append(block("heading", line.strip(), level=min(6, sizes.index(round(size, 1)) + 1), box=box))
        else:
            current.append((line, start))
    _close(blocks, current, text, height)
    return blocks


def _is_heading(line: str, size: float, body: float) -> bool:
    return size > body * HEADING_RATIO and len(line.strip()) <= HEADING_CHARS and any(c.isalnum() for c in line)


def _close(blocks: list[dict[str, Any]], lines: list[tuple[str, int]], text: Any, height: float | None) -> None:
    if lines:
        start = lines[0][1]
        length = lines[-1][1] + len(lines[-1][0]) - start
        joined = "\n".join(line for line, _ in lines)
        blocks.append(block("text", joined, box=_box(text, start, length, height)))
        lines.clear()


def _box(text: Any, start: int, length: int, height: float | None) -> tuple[float, float, float, float] | None:
    if height is None:
        return None
    values = [ctypes.c_double() for _ in range(4)]
    left, top, right, bottom = values
    edges = [
        (left.value, height - top.value, right.value, height - bottom.value)
        for index in range(max(0, raw.FPDFText_CountRects(text.raw, start, length)))
        if raw.FPDFText_GetRect(text.raw, index, left, top, right, bottom)
    ]
    if not edges:
        return None
    lefts, tops, rights, bottoms = zip(*edges, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
