"""A document as a text part of a prompt, whole or cut to what fits.

Knows: what stands around a document's text and its pages, the name of a text part in each shape. Does not know: formats
of files, which passages are chosen (``relevance``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plugins.litellm_adapter.preparation.preparer import Fit
from plugins.litellm_adapter.preparation.relevance import choose, clipped, size_of, split
from plugins.routing.content import Material

LEAST = 512
"""Tokens below which a document's text is of no use."""

FRAME = 64
"""Tokens for the lines around it."""


class Document:
    """``part`` is put into the request, with the whole text until ``cut``. ``pages`` None: a text without pages."""

    def __init__(
        self, kind: str, name: str, question: str, *, text: str = "", pages: Sequence[str] | None = None
    ) -> None:
        self._title = f" {name}" if name else ""
        self._question = question
        self._paged = pages is not None
        self._pages = [p.replace("\0", "") for p in pages] if pages is not None else [text.replace("\0", "")]
        self.part = Material(type=text_type(kind), text=self._framed(self._whole()))

    @property
    def fit(self) -> Fit:
        """What the gateway may cut it to."""
        tokens = size_of(self.part["text"])
        return Fit(tokens, min(tokens, LEAST), self.cut)

    def cut(self, tokens: int) -> None:
        """Leaves in ``part`` what is about the question and fits into ``tokens``."""
        room = max(LEAST // 4, tokens - FRAME)
        passages = self._pages if self._paged else split(self._pages[0])
        chosen = choose(passages, self._question, room)
        if len(chosen) == 1:
            passages = [clipped(p, room) if i == chosen[0] else p for i, p in enumerate(passages)]
        lines: list[str] = []
        before = -1
        for index in chosen:
            if index > before + 1:
                lines.append(self._left_out(before + 1, index - 1))
            lines.append(f"[Page {index + 1}]\n{passages[index]}" if self._paged else passages[index])
            before = index
        if before < len(passages) - 1:
            lines.append(self._left_out(before + 1, len(passages) - 1))
        self.part["text"] = self._framed("\n".join(lines))

    def _left_out(self, first: int, last: int) -> str:
        if not self._paged:
            return "[...]"
        pages = f"Page {first + 1}" if first == last else f"Pages {first + 1}-{last + 1}"
        return f"[{pages} left out: less about the question]"

    def _whole(self) -> str:
        if not self._paged:
            return self._pages[0]
        return "\n".join(f"[Page {i}]\n{text}" for i, text in enumerate(self._pages, 1))

    def _framed(self, text: str) -> str:
        return f"[Document{self._title}]\n{text}\n[End of document{self._title}]"


def text_type(kind: str) -> str:
    """A text part's type beside a part of type ``kind``."""
    return "input_text" if kind.startswith("input_") else "text"


def image_part(kind: str, media_type: str, data: str) -> dict[str, Any]:
    """A picture in base64 as a part, in the shape that a part of type ``kind`` belongs to."""
    uri = f"data:{media_type};base64,{data}"
    if kind.startswith("input_"):
        return {"type": "input_image", "image_url": uri, "detail": "auto"}
    if kind in ("document", "image"):
        return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}
    return {"type": "image_url", "image_url": {"url": uri}}
