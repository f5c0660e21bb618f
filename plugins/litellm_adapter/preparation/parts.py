"""Finds content parts in a request body of any shape, and puts others in their place.

Knows: chat messages, Responses input items and tool outputs, Anthropic messages with their tool results. Does not know:
what a part means. Lists and objects are made anew where something changes below them: LiteLLM and the edge hold the
old ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from typing import Any

Part = Mapping[str, Any]
Make = Callable[[Part, str], Awaitable[list[dict[str, Any]] | None]]
"""Given a part and its path in the body: the parts to stand in its place, or None to leave it."""

_FIELDS = ("messages", "input")
_NESTED = ("content", "output")
MAX_DEPTH = 4
"""Items, their content, a tool result in it, its content."""


def find(data: Mapping[str, Any], kinds: Collection[str]) -> Iterator[tuple[Part, str]]:
    """Every part whose type is one of ``kinds``, with its path, such as ``messages[0].content[1]``."""
    for name in _FIELDS:
        if isinstance(data.get(name), list):
            yield from _find(data[name], name, kinds, MAX_DEPTH)


async def replace(data: dict[str, Any], kinds: Collection[str], make: Make) -> None:
    """Asks ``make`` for each part of ``kinds``, all at once, and puts what it made into new lists of ``data``."""
    found = list(find(data, kinds))
    made = await asyncio.gather(*(make(part, path) for part, path in found))
    put = {path: parts for (_, path), parts in zip(found, made, strict=True) if parts is not None}
    for name in _FIELDS:
        if put and isinstance(data.get(name), list):
            data[name] = _rebuilt(data[name], name, put, MAX_DEPTH)


def kind_at(part: Part) -> str:
    """The part's type; "" where it has none."""
    kind = part.get("type")
    return kind if isinstance(kind, str) else ""


def _find(items: list[Any], path: str, kinds: Collection[str], depth: int) -> Iterator[tuple[Part, str]]:
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            continue
        here = f"{path}[{index}]"
        if kind_at(item) in kinds:
            yield item, here
            continue
        for name in _NESTED:
            if depth > 1 and isinstance(item.get(name), list):
                yield from _find(item[name], f"{here}.{name}", kinds, depth - 1)


def _rebuilt(items: list[Any], path: str, put: Mapping[str, list[dict[str, Any]]], depth: int) -> list[Any]:
    made: list[Any] = []
    for index, item in enumerate(items):
        here = f"{path}[{index}]"
        if here in put:
            made.extend(put[here])
        elif isinstance(item, Mapping) and any(p.startswith(f"{here}.") for p in put):
            inner = {
                name: _rebuilt(item[name], f"{here}.{name}", put, depth - 1)
                for name in _NESTED
                if depth > 1 and isinstance(item.get(name), list)
            }
            made.append({**item, **inner})
        else:
            made.append(item)
    return made
