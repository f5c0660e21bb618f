"""Everything but PDF and pictures: DOCX, PPTX, XLSX, HTML, mail, Markdown, CSV and plain text, through unstructured.

Knows: its light partitioners and their elements. Does not know: processes, limits. Runs in a worker.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from services.documents import offline
from services.documents.pages import block, page, table
from services.documents.problems import DocumentProblem

MAX_ROWS = 100_000
_KINDS = {"Title": "heading", "Header": "text", "ListItem": "list", "CodeSnippet": "code"}


def read(path: Path, kind: str) -> list[dict[str, Any]]:
    """The document's pages. Raises DocumentProblem ``no_text`` where nothing is in it, ``truncated`` or ``too_nested``
    where the library cannot read it."""
    try:
        made = _csv(path) if kind == "csv" else _pages(_elements(path, kind))
    except RecursionError:
        raise DocumentProblem("too_nested") from None
    except MemoryError:
        raise
    except DocumentProblem:
        raise
    except Exception:  # noqa: BLE001 - parsers of a dozen libraries, each with its own errors: the file is at fault
        raise DocumentProblem("truncated") from None
    if not any(one["text"].strip() for one in made):
        raise DocumentProblem("no_text")
    return made


def _elements(path: Path, kind: str) -> list[Any]:
    offline.prepare()
    if kind in ("txt", "md", "html"):
        text = decoded(path)
        if kind == "html":
            from unstructured.partition.html import partition_html

            return list(partition_html(text=text, languages=["eng"]))
        if kind == "md":
            from unstructured.partition.md import partition_md

            return list(partition_md(text=text, languages=["eng"]))
        from unstructured.partition.text import partition_text

        return list(partition_text(text=text, languages=["eng"]))
    return list(_by_file(kind)(filename=str(path), languages=["eng"]))


def _by_file(kind: str) -> Callable[..., Iterable[Any]]:
    if kind == "docx":
        from unstructured.partition.docx import partition_docx

        return partition_docx
    if kind == "pptx":
        from unstructured.partition.pptx import partition_pptx

        return partition_pptx
    if kind == "xlsx":
        from unstructured.partition.xlsx import partition_xlsx

        return partition_xlsx
    from unstructured.partition.email import partition_email

    return partition_email


def _pages(elements: Iterable[Any]) -> list[dict[str, Any]]:
    by_number: dict[int, list[dict[str, Any]]] = {}
    for element in elements:
        number = max(1, int(getattr(element.metadata, "page_number", None) or 1))
        made = _block(element)
        if made is not None:
            by_number.setdefault(number, []).append(made)
    last = max(by_number, default=0)
    return [page(n, by_number.get(n, [])) for n in range(1, last + 1)]


def _block(element: Any) -> dict[str, Any] | None:
    text = str(element.text or "").replace("\0", "")
    name = type(element).__name__
    if name == "Table":
        rows = rows_of(getattr(element.metadata, "text_as_html", None) or "")
        return table(rows) if rows else (block("text", text) if text.strip() else None)
    if not text.strip() or name == "PageBreak":
        return None
    kind = _KINDS.get(name, "text")
    depth = getattr(element.metadata, "category_depth", None)
    return block(kind, text, level=min(6, int(depth or 0) + 1) if kind == "heading" else None)


def rows_of(html: str) -> list[list[str]]:
    """The cells of an HTML table."""
    if not html:
        return []
    from lxml import html as parser

    tree = parser.fromstring(html)
    rows = [[str(cell.text_content()) for cell in row.iter("td", "th")] for row in tree.iter("tr")]
    return [row for row in rows if any(cell.strip() for cell in row)]


def _csv(path: Path) -> list[dict[str, Any]]:
    """Read here: the partitioner would take the whole file as one HTML text, ten times its size."""
    text = decoded(path)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8_192], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    rows = [row for row in csv.reader(text.splitlines(), dialect) if any(cell.strip() for cell in row)]
    if len(rows) > MAX_ROWS:
        raise DocumentProblem("too_large", most=f"{MAX_ROWS} rows")
    return [page(1, [table(rows)] if rows else [])]


def decoded(path: Path) -> str:
    """The text in UTF-8 or UTF-16 where it says so, else in the encoding that it looks like."""
    data = path.read_bytes()
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 2**20]).best()
    return data.decode(best.encoding if best is not None else "latin-1", "replace")


def structured(one: dict[str, Any]) -> dict[str, Any]:
    """A PDF's page with the blocks that unstructured makes of its text; tables and size stay."""
    offline.prepare()
    from unstructured.partition.text import partition_text

    if not one["text"].strip():
        return one
    made = [b for b in map(_block, partition_text(text=one["text"], languages=["eng"])) if b is not None]
    tables = [b for b in one["blocks"] if b["kind"] == "table"]
    return {**one, "blocks": [*made, *tables]}
