"""Puts values back into answers: whole JSON bodies, and server-sent events whose texts come in pieces.

Knows: the places of text in chat, completions, Responses and Messages answers. Does not know: HTTP, what was replaced.
Text of one place is held back only while it may be the beginning of a placeholder; what is still held when the place
ends is told in an event of its own before the one that ends it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plugins.scrub.pseudonyms import Pseudonyms, Restorer

Key = tuple[Any, ...]
ESCAPED = frozenset({"arguments", "partial_json"})
"""Fields that hold JSON as text: a value is escaped there."""

ANSWERS = frozenset({"content", "text", "delta"})
"""Fields that hold the answer's text, which is JSON where JSON was asked for."""

_DONE = b"[DONE]"


def _escaped(field: object, names: Pseudonyms) -> bool:
    return field in ESCAPED or (names.json_answer and field in ANSWERS)


def restored(value: Any, names: Pseudonyms, field: str = "") -> Any:
    """A nested value with all texts restored. Iterative where it counts: answers are shallow."""
    if isinstance(value, str):
        return names.restore(value, escaped=_escaped(field, names))
    if isinstance(value, dict):
        return {key: restored(inner, names, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [restored(inner, names, field) for inner in value]
    return value


def restored_body(body: bytes, names: Pseudonyms) -> bytes:
    """A whole answer. A body that is not JSON is restored as text."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return names.restore(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    changed = restored(value, names)
    return body if changed == value else json.dumps(changed, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class _Piece:
    """One piece of a streamed text: ``holder[field]``. ``key``: the place it belongs to."""

    key: Key
    holder: dict[str, Any]
    field: str


class Events:
    """The events of one stream. Takes bytes cut anywhere, gives whole events."""

    def __init__(self, names: Pseudonyms) -> None:
        self._names = names
        self._restorers: dict[Key, Restorer] = {}
        self._last: dict[Key, tuple[list[bytes], dict[str, Any]]] = {}
        self._rest = b""

    def feed(self, data: bytes, *, last: bool = False) -> bytes:
        """``data``: the next bytes; ``last``: none follow."""
        *events, self._rest = (self._rest + data.replace(b"\r\n", b"\n")).split(b"\n\n")
        out = [self._event(event) + b"\n\n" for event in events]
        if last:
            if self._rest:
                out.append(self._event(self._rest))
            self._rest = b""
            out.append(self._ended(list(self._restorers)))
        return b"".join(out)

    def _event(self, event: bytes) -> bytes:
        lines = event.split(b"\n")
        number = next((i for i, line in enumerate(lines) if line.startswith(b"data:")), None)
        if number is None:
            return event
        data = lines[number][5:].strip()
        if data == _DONE:
            return self._ended(list(self._restorers)) + event
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return event
        if not isinstance(value, dict):
            return event
        before = json.loads(data)
        pieces = list(_pieces(value))
        closing = [key for key in self._restorers if _closes(value, key)]
        told = {piece.key: piece for piece in pieces}
        self._whole(value, {id(p.holder): p.field for p in pieces})
        frame = [*lines[:number], b"", *lines[number + 1 :]]
        for key, piece in told.items():
            ends = _closes(value, key)
            restorer = self._restorers.setdefault(
                key, Restorer(self._names, escaped=_escaped(piece.field, self._names))
            )
            self._last[key] = (lines, before)
            piece.holder[piece.field] = restorer.feed(piece.holder[piece.field], last=ends)
        ahead = self._ended([key for key in closing if key not in told])
        if value == before:
            return ahead + event
        frame[number] = b"data: " + json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return ahead + b"\n".join(frame)

    def _whole(self, value: Any, pieces: dict[int, str]) -> None:
        """Restores in place every text that is not a piece of a longer one."""
        stack = [value]
        while stack:
            item = stack.pop()
            entries = list(item.items()) if isinstance(item, dict) else list(enumerate(item))
            for name, inner in entries:
                if isinstance(inner, str) and pieces.get(id(item)) != name:
                    item[name] = self._names.restore(inner, escaped=_escaped(name, self._names))
                elif isinstance(inner, dict | list):
                    stack.append(inner)

    def _ended(self, keys: list[Key]) -> bytes:
        """An event for each of these places in which something was still held back."""
        out = []
        for key in keys:
            text = self._restorers.pop(key).feed("", last=True)
            lines, event = self._last.pop(key)
            if text:
                out.append(_cloned(lines, event, key, text))
        return b"".join(out)


def _pieces(event: dict[str, Any]) -> Iterator[_Piece]:
    for choice in event.get("choices") or ():
        if isinstance(choice, dict):
            yield from _of_choice(choice)
    kind, delta = event.get("type"), event.get("delta")
    if isinstance(kind, str) and kind.endswith(".delta") and isinstance(delta, str):  # Responses
        place = (kind.removesuffix(".delta"), event.get("item_id"), event.get("content_index"))
        yield _Piece(("responses", *place), event, "delta")
    elif kind == "content_block_delta" and isinstance(delta, dict):  # Messages
        for field in ("text", "partial_json", "thinking"):
            if isinstance(delta.get(field), str):
                yield _Piece(("messages", event.get("index"), field), delta, field)


def _of_choice(choice: dict[str, Any]) -> Iterator[_Piece]:
    index, delta = choice.get("index", 0), choice.get("delta")
    if isinstance(choice.get("text"), str):
        yield _Piece(("chat", index, "text"), choice, "text")
    if not isinstance(delta, dict):
        return
    for field in ("content", "reasoning_content", "refusal"):
        if isinstance(delta.get(field), str):
            yield _Piece(("chat", index, field), delta, field)
    for call in delta.get("tool_calls") or ():
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and isinstance(function.get("arguments"), str):
            yield _Piece(("chat", index, "tool", call.get("index", 0)), function, "arguments")


def _closes(event: dict[str, Any], key: Key) -> bool:
    kind = event.get("type")
    if key[0] == "chat":
        ended = (c for c in event.get("choices") or () if isinstance(c, dict) and c.get("finish_reason"))
        return any(c.get("index", 0) == key[1] for c in ended)
    if key[0] == "messages":
        return kind in ("message_delta", "message_stop") or (
            kind == "content_block_stop" and event.get("index") == key[1]
        )
    same = (event.get("item_id"), event.get("content_index")) == key[2:]
    return (kind == f"{key[1]}.done" and same) or kind in ("response.completed", "response.incomplete")


def _cloned(lines: list[bytes], event: dict[str, Any], key: Key, text: str) -> bytes:
    """The last event of a place once more, with nothing in it but ``text``."""
    made = copy.deepcopy(event)
    for piece in _pieces(made):
        piece.holder[piece.field] = text if piece.key == key else ""
    if key[0] == "chat":
        made["choices"] = [c for c in made["choices"] if c.get("index", 0) == key[1]]
        for choice in made["choices"]:
            choice["finish_reason"] = None
    shown = b"data: " + json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
    return b"\n".join(shown if line.startswith(b"data:") else line for line in lines) + b"\n\n"
