"""What an answer says it found where: annotations of chat and Responses answers, and the search as an output item.

Knows: OpenAI's ``file_citation`` and ``file_search_call`` (OpenAI API reference, "Responses"). Does not know: how
anything was found. A model that cites by number is taken at its word; of one that does not, the passages that share
most words with the answer are named, or the best one.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MEMORY = "file_search"
"""Where the preparer leaves what it found, in the trace's memory."""

QUOTED = 240
"""Characters of a quote."""

MAX_GUESSED = 3
SHARED = 0.5
"""Share of a sentence's words that must stand in a passage for it to be its source."""

_MARK = re.compile(r"\[(\d{1,2})\]|【(\d{1,2})[^】]{0,20}】")
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Source:
    """One passage. ``page`` None: a text without pages."""

    store_id: str
    file_id: str
    filename: str
    page: int | None
    heading: str
    text: str
    score: float
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Found:
    """What was searched for and shown. ``results``: whether the caller asked to see it. ``text``: of a stream, so
    far."""

    queries: list[str]
    sources: list[Source]
    results: bool
    text: str = ""
    id: str = field(default_factory=lambda: f"fs_{uuid.uuid4().hex}")


def whole(memory: Mapping[str, Any], response: Any) -> None:
    """Cites in a whole answer, where stores were searched for it."""
    if isinstance(found := memory.get(MEMORY), Found):
        cite(response, found)


def piece(memory: Mapping[str, Any], chunk: Any) -> None:
    """The same for one chunk of a stream."""
    if isinstance(found := memory.get(MEMORY), Found):
        cite_chunk(chunk, found)


def citations_in(text: str, sources: Sequence[Source]) -> list[dict[str, Any]]:
    """``file_citation`` for each source that ``text`` uses; ``index`` is the character where it is cited."""
    cited: list[tuple[int, int]] = []
    for match in _MARK.finditer(text):
        number = int(match[1] or match[2])
        if 1 <= number <= len(sources) and all(number != n for n, _ in cited):
            cited.append((number, match.start()))
    if not cited and text.strip():
        cited = [(number, len(text)) for number in _likely(text, sources)]
    return [_citation(sources[number - 1], at, text) for number, at in cited]


def search_item(found: Found) -> dict[str, Any]:
    """The ``file_search_call`` output item."""
    results = [
        {"file_id": s.file_id, "filename": s.filename, "score": s.score, "text": s.text, "attributes": s.attributes}
        for s in found.sources
    ]
    return {
        "id": found.id,
        "type": "file_search_call",
        "status": "completed",
        "queries": found.queries,
        "results": results if found.results else None,
    }


def cite(response: Any, found: Found) -> None:
    """Adds both to a whole answer of chat or Responses."""
    for choice in _get(response, "choices") or ():
        message = _get(choice, "message")
        text = _get(message, "content")
        if isinstance(text, str):
            _set(message, "annotations", citations_in(text, found.sources))
    output = _get(response, "output")
    if not isinstance(output, list):
        return
    for item in output:
        parts = _get(item, "content")
        for part in parts if isinstance(parts, list) else ():
            text = _get(part, "text")
            if _get(part, "type") == "output_text" and isinstance(text, str):
                _set(part, "annotations", citations_in(text, found.sources))
    if not any(_get(item, "type") == "file_search_call" for item in output):
        _set(response, "output", [search_item(found), *output])


def cite_chunk(chunk: Any, found: Found) -> None:
    """Notes a stream's text, and adds annotations where it ends: to the last delta of chat, to the completed answer of
    Responses."""
    for choice in _get(chunk, "choices") or ():
        delta = _get(choice, "delta")
        text = _get(delta, "content")
        found.text += text if isinstance(text, str) else ""
        if _get(choice, "finish_reason") and delta is not None:
            _set(delta, "annotations", citations_in(found.text, found.sources))
    kind = _get(chunk, "type")
    if str(getattr(kind, "value", kind)) in ("response.completed", "response.incomplete"):
        cite(_get(chunk, "response"), found)


def _likely(text: str, sources: Sequence[Source]) -> list[int]:
    said = set(_WORD.findall(text.lower()))
    shares = []
    for number, source in enumerate(sources, start=1):
        held = set(_WORD.findall(source.text.lower()))
        shares.append((len(said & held) / max(1, len(said)), number))
    good = [number for share, number in sorted(shares, key=lambda s: (-s[0], s[1])) if share >= SHARED]
    return good[:MAX_GUESSED] or ([1] if sources else [])


def _citation(source: Source, at: int, text: str) -> dict[str, Any]:
    return {
        "type": "file_citation",
        "file_id": source.file_id,
        "filename": source.filename,
        "index": at,
        "page": source.page,
        "quote": _quote(source.text, text),
    }


def _quote(passage: str, answer: str) -> str:
    """The sentence of the passage that shares most words with the answer."""
    said = set(_WORD.findall(answer.lower()))
    sentences = [s.strip() for s in re.split(r"(?<=[.!?])\s+|\n+", passage) if s.strip()]
    best = max(sentences, key=lambda s: len(said & set(_WORD.findall(s.lower()))), default="")
    return best[:QUOTED]


def _get(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)


def _set(holder: Any, name: str, value: Any) -> None:
    if isinstance(holder, dict):
        holder[name] = value
    else:
        setattr(holder, name, value)
