"""Text and Markdown files as pages and blocks, without a process of their own: there is nothing in them to be feared.

Knows: Markdown's headings, tables and code fences. Does not know: any other format. The shape is that of
``services/documents``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

PLAIN = frozenset({"text/plain", "text/markdown", "text/x-markdown"})
NAMES = (".txt", ".md", ".markdown")
_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")


def is_plain(media_type: str, filename: str) -> bool:
    """Whether the file says that it is text or Markdown, by its type or, where that says nothing, by its name."""
    kind = media_type.partition(";")[0].strip().lower()
    return kind in PLAIN or (kind in ("", "application/octet-stream") and filename.lower().endswith(NAMES))


def document_of(content: bytes, filename: str) -> dict[str, Any] | None:
    """The document; None where the bytes are no text in UTF-8, which the documents service looks into."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\0" in text or text.lstrip().startswith(("%PDF", "<!DOCTYPE", "<html")):
        return None
    marked = filename.lower().endswith((".md", ".markdown"))
    blocks = list(_blocks(text)) if marked else [{"kind": "text", "text": part} for part in _paragraphs(text)]
    return {"kind": "text", "pages": [{"number": 1, "text": text, "blocks": blocks}]}


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _blocks(text: str) -> Iterator[dict[str, Any]]:
    held: list[str] = []
    kind = "text"
    fenced = False
    for line in (*text.splitlines(), ""):
        fence = bool(_FENCE.match(line))
        heading = None if fenced or fence else _HEADING.match(line)
        now = "code" if fenced or fence else "table" if line.lstrip().startswith("|") else "text"
        if held and (heading or now != kind or (now == "text" and not line.strip())):
            yield {"kind": kind, "text": "\n".join(held)}
            held = []
        if heading:
            yield {"kind": "heading", "level": len(heading[1]), "text": heading[2]}
        elif line.strip():
            kind = now
            held.append(line)
        if fence:
            fenced = not fenced
    if held:
        yield {"kind": kind, "text": "\n".join(held)}
