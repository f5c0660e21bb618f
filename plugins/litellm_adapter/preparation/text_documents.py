"""Attached documents that are text already: shown to the model, and judged, as text.

Knows: Anthropic's ``document`` blocks of text or content, and ``file`` parts whose data URI says ``text/...``. Does not
know: any other format. Needs no sidecar.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from plugins.litellm_adapter.preparation.parts import Part, find, kind_at, replace
from plugins.litellm_adapter.preparation.preparer import Ask, Found
from plugins.litellm_adapter.preparation.shown import Document

KINDS = frozenset({"file", "input_file", "document"})
MAX_NAME = 120


class TextDocuments:
    """Leaves everything else to the preparers that follow."""

    name = "text_documents"
    seconds = 10.0

    def wants(self, data: dict[str, Any], call_type: str) -> bool:
        del call_type
        return any(True for _ in find(data, KINDS))

    async def prepare(self, ask: Ask) -> Found:
        documents: list[Document] = []

        async def make(part: Part, path: str) -> list[dict[str, Any]] | None:
            del path
            text = text_of(part)
            if text is None:
                return None
            documents.append(Document(kind_at(part), name_of(part), ask.question, text=text))
            return [documents[-1].part]

        await replace(ask.data, KINDS, make)
        return Found(fits=tuple(document.fit for document in documents))


def text_of(part: Part) -> str | None:
    """The text that the part carries as it is, or None."""
    source = part.get("source")
    if isinstance(source, dict):
        if source.get("type") == "text" and isinstance(source.get("data"), str):
            return str(source["data"])
        return _content(source.get("content")) if source.get("type") == "content" else None
    return _decoded(data_of(part))


def data_of(part: Part) -> str | None:
    """``file_data`` of a chat ``file`` or a Responses ``input_file`` part."""
    holder = part.get("file") if isinstance(part.get("file"), dict) else part
    value = holder.get("file_data") if isinstance(holder, dict) else None
    return value if isinstance(value, str) else None


def name_of(part: Part) -> str:
    """The file's name as given, one printable line; "" where there is none."""
    holder = part.get("file") if isinstance(part.get("file"), dict) else part
    value = (holder.get("filename") or holder.get("title")) if isinstance(holder, dict) else None
    return "".join(c for c in value if c.isprintable())[:MAX_NAME] if isinstance(value, str) else ""


def _content(blocks: object) -> str | None:
    """Blocks of nothing but text, joined."""
    if isinstance(blocks, str):
        return blocks
    if not isinstance(blocks, list) or not all(isinstance(b, dict) and isinstance(b.get("text"), str) for b in blocks):
        return None
    return "\n\n".join(block["text"] for block in blocks)


def _decoded(uri: str | None) -> str | None:
    head, comma, body = (uri or "").partition(",")
    # HTML and the like hold more than is shown: they are extracted.
    if not comma or not head.lower().startswith(("data:text/plain", "data:text/markdown")):
        return None
    if not head.lower().endswith(";base64"):
        return None
    try:
        return base64.b64decode(body, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
