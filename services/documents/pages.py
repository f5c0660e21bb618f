"""The form in which every document comes out: pages of blocks, as plain JSON.

Knows: names and meaning of the fields. Does not know: formats of files. A document without pages (HTML, mail, text) is
one page; a slide and a sheet are a page.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable, Sequence
from typing import Any

Box = Sequence[float]
"""left, top, right, bottom in points (1/72 inch), from the page's upper left corner."""


def page(number: int, blocks: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """``number`` from 1. ``more``: ``width``, ``height`` (points), ``ocr`` (the text was read off an image),
    ``problem`` (a code of ``problems`` where the page could not be read), ``text`` where it is not the blocks'."""
    text = more.pop("text", None)
    made = {"number": number, "text": text_of(blocks) if text is None else text, "blocks": blocks}
    return {**made, "ocr": False, "problem": None, **more}


def block(kind: str, text: str, *, level: int | None = None, box: Box | None = None) -> dict[str, Any]:
    """``kind``: ``heading`` (with ``level`` from 1), ``text``, ``list`` or ``code``."""
    made: dict[str, Any] = {"kind": kind, "text": text}
    if level is not None:
        made["level"] = level
    if box is not None:
        made["box"] = [round(float(x), 1) for x in box]
    return made


def table(rows: Sequence[Sequence[str]], *, box: Box | None = None, inline: bool = True) -> dict[str, Any]:
    """A table as HTML, as CSV and as text. ``inline`` False: its words stand in the page's text already."""
    clean = [[" ".join(cell.split()) for cell in row] for row in rows]
    made = block("table", "\n".join(" | ".join(row) for row in clean), box=box)
    return {**made, "html": table_html(clean), "csv": table_csv(clean), "inline": inline}


def table_html(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as one ``<table>``; every cell is escaped."""
    lines = ("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    return "<table>" + "".join(lines) + "</table>"


def table_csv(rows: Iterable[Sequence[str]]) -> str:
    """RFC 4180."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def text_of(blocks: Iterable[dict[str, Any]]) -> str:
    """The page's text: every block that is not there twice."""
    return "\n".join(b["text"] for b in blocks if b.get("inline", True))


def markdown(one: dict[str, Any]) -> str:
    """A page as Markdown; tables as HTML, which Markdown allows and which keeps their cells."""
    lines: list[str] = []
    for b in one["blocks"]:
        if b["kind"] == "heading":
            lines.append("#" * min(6, int(b.get("level") or 1)) + " " + " ".join(str(b["text"]).split()))
        elif b["kind"] == "table":
            lines.append(str(b["html"]))
        elif b["kind"] == "list":
            lines.append("- " + str(b["text"]).lstrip("•-* "))
        elif b["kind"] == "code":
            lines.append(f"```\n{b['text']}\n```")
        else:
            lines.append(str(b["text"]))
    return "\n\n".join(line for line in lines if line.strip())


def parse_pages(asked: str | None, count: int) -> list[int]:
    """``"1-3,8"`` as page numbers in order, each once; None is all. Raises ValueError."""
    if not asked:
        return list(range(1, count + 1))
    chosen: set[int] = set()
    for piece in asked.split(","):
        first, _, last = piece.strip().partition("-")
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= count:
            raise ValueError(asked)
        chosen.update(range(low, high + 1))
    return sorted(chosen)
