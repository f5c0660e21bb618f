"""All text of a request's messages: content, names, tool calls and results, documents as text, whatever the depth.

Knows: that every string counts. Does not know: shapes of single routes, detectors. Pictures and sound in base64 are
left out: they are no text, and a request that holds them is judged by its modalities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MEDIA = re.compile(r"data:(?:image|audio|video)/[\w.+-]+;base64,")
_MEDIA_PARTS = frozenset({"input_audio", "image_url", "input_image", "audio", "image"})
_BYTES = frozenset({"data", "b64_json"})
_NOT_TEXT = frozenset({"role", "type"})
BORDER = 64
"""Characters of the end and the beginning of a message that are read together with its neighbor's."""


def texts_of(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One text for each message: all its strings, a line each."""
    for message in messages:
        content = message.get("content")
        if isinstance(content, str) and len(message) <= 2:
            yield content
        else:
            yield "\n".join(strings(message))


def strings(value: object) -> Iterator[str]:
    """Every string in a nested value, keys of objects and long numbers too. Not recursive: depth is no danger."""
    stack: list[tuple[str, object]] = [("", value)]
    while stack:
        key, item = stack.pop()
        if isinstance(item, str):
            if key not in _NOT_TEXT and not _MEDIA.match(item):
                yield item
        elif isinstance(item, Mapping):
            media = item.get("type") in _MEDIA_PARTS or "format" in item
            for name, inner in reversed(list(item.items())):
                if not (media and name in _BYTES):
                    stack.append((str(name), inner))
                    if str(name) not in _NOT_TEXT:
                        stack.append(("", str(name)))  # taken next, so it stands before its value
        elif isinstance(item, list | tuple):
            stack.extend((key, inner) for inner in reversed(item))
        elif isinstance(item, int | float) and not isinstance(item, bool) and abs(item) > 99_999:
            yield f"{item:.0f}"  # a number in a tool's arguments may be an account's


def joined_turns(turns: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """Ends and beginnings of neighboring user turns as one text, and where they were joined: a value that was typed in
    pieces is whole there."""
    pieces: list[str] = []
    borders: list[int] = []
    size = 0
    for turn in turns:
        text = turn.strip()
        shown = text if len(text) <= 2 * BORDER else f"{text[:BORDER]}\n{text[-BORDER:]}"
        pieces.append(shown)
        size += len(shown)
        borders.append(size)
    return "".join(pieces), tuple(borders[:-1])
