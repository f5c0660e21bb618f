"""A document as chunks: by its headings, tables whole, with some tokens of the chunk before.

Knows: pages and blocks as ``services/documents`` tells them, sentences. Does not know: how tokens are counted (it is
given a function), vectors. A chunk never spans two pages, so that its page can be cited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Count = Callable[[Sequence[str]], list[int]]
"""Tokens of each text."""

MAX_HEADING = 200
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n{2,}|\n(?=[-*•] )")


@dataclass(frozen=True, slots=True)
class Chunk:
    """``heading``: the titles above it, outermost first, joined by " > ". ``page`` begins at 1; None: no pages."""

    text: str
    heading: str
    page: int | None

    @property
    def indexed(self) -> str:
        """What is embedded and searched."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


def chunks_of(document: Mapping[str, Any], count: Count, max_tokens: int, overlap: int) -> list[Chunk]:
    """``document``: ``{"kind", "pages": [{"number", "text", "blocks": [{"kind", "level", "text"}]}]}``. ``overlap`` is
    at most half of ``max_tokens``."""
    cutter = _Cutter(count, max_tokens, min(overlap, max_tokens // 2))
    pages: Iterable[Mapping[str, Any]] = document.get("pages") or ()
    paged = document.get("kind") in ("pdf", "pptx", "image") or len(list(pages)) > 1
    made: list[Chunk] = []
    for page in pages:
        number = int(page["number"]) if paged else None
        # A page of nothing but titles is a chunk of its own.
        made.extend(list(cutter.page(page, number)) or cutter.page({"text": page.get("text")}, number))
    return made


class _Cutter:
    """Headings hold over pages, until another of their level comes."""

    def __init__(self, count: Count, most: int, overlap: int) -> None:
        self._count, self._most, self._overlap = count, most, overlap
        self._titles: dict[int, str] = {}

    def page(self, page: Mapping[str, Any], number: int | None) -> Iterator[Chunk]:
        open_texts: list[str] = []
        for block in _blocks(page):
            kind, text = str(block.get("kind")), str(block.get("text") or "").replace("\0", "").strip()
            if not text:
                continue
            if kind in ("heading", "table"):
                yield from self._closed(open_texts, number)
                open_texts = []
            if kind == "heading":
                self._enter(int(block.get("level") or 1), text)
            elif kind == "table":
                yield from (Chunk(part, self._heading(), number) for part in self._table(text))
            else:
                open_texts.append(text)
        yield from self._closed(open_texts, number)

    def _enter(self, level: int, title: str) -> None:
        self._titles = {at: held for at, held in self._titles.items() if at < level}
        self._titles[level] = title[:MAX_HEADING]

    def _heading(self) -> str:
        return " > ".join(self._titles[level] for level in sorted(self._titles))[-2 * MAX_HEADING :]

    def _closed(self, texts: Sequence[str], number: int | None) -> Iterator[Chunk]:
        """What stands under one heading on one page, in chunks of whole sentences."""
        pieces = [p for text in texts for p in _sentences(text)]
        sizes = self._count(pieces) if pieces else []
        pieces, sizes = self._bounded(pieces, sizes)
        start = 0
        while start < len(pieces):
            end, total = start, 0
            while end < len(pieces) and (end == start or total + sizes[end] <= self._most):
                total += sizes[end]
                end += 1
            yield Chunk(" ".join(pieces[start:end]), self._heading(), number)
            if end >= len(pieces):
                return
            start = self._back(sizes, start, end)

    def _back(self, sizes: Sequence[int], start: int, end: int) -> int:
        """Where the next chunk begins: so many sentences back as the overlap holds, and never where this one began."""
        at, repeated = end, 0
        while at - 1 > start and repeated + sizes[at - 1] <= self._overlap:
            at -= 1
            repeated += sizes[at]
        return at

    def _bounded(self, pieces: Sequence[str], sizes: Sequence[int]) -> tuple[list[str], list[int]]:
        """Sentences that are longer than a chunk, cut between words."""
        made: list[str] = []
        for piece, size in zip(pieces, sizes, strict=True):
            if size <= self._most:
                made.append(piece)
                continue
            words = piece.split()
            if len(words) == 1:
                step = max(1, len(piece) * self._most // size)
                made += [piece[i : i + step] for i in range(0, len(piece), step)]
                continue
            step = max(1, len(words) * self._most * 9 // (size * 10))
            made += [" ".join(words[i : i + step]) for i in range(0, len(words), step)]
        return made, self._count(made) if made else []

    def _table(self, text: str) -> Iterator[str]:
        """Whole, or in runs of rows under its first row where it is longer than four chunks."""
        rows = text.split("\n")
        sizes = self._count(rows)
        if sum(sizes) <= 4 * self._most or len(rows) < 3:
            yield text
            return
        head, held, total = rows[0], list[str](), sizes[0]
        for row, size in zip(rows[1:], sizes[1:], strict=True):
            if held and total + size > self._most:
                yield "\n".join([head, *held])
                held, total = [], sizes[0]
            held.append(row)
            total += size
        if held:
            yield "\n".join([head, *held])


def _blocks(page: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    blocks = page.get("blocks")
    return blocks if blocks else ({"kind": "text", "text": page.get("text") or ""},)


def _sentences(text: str) -> list[str]:
    return [piece.strip() for piece in _SENTENCE.split(text) if piece and piece.strip()]
