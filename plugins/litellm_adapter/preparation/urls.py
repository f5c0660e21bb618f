"""URLs in content: which parts hold one that somebody would fetch.

Knows: every place of OpenAI's, Anthropic's and LiteLLM's shapes where a part names its content by URL. Does not know:
fetching. A URL in a text is text. A ``data:`` URI holds its content and is none of these.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

MEDIA = frozenset(
    {
        "image_url", "input_image", "video_url", "input_video", "input_audio", "audio_url", "file", "input_file",
        "document", "image", "document_url", "video", "audio",
    }
)  # fmt: skip
"""Types of parts whose content may stand elsewhere."""

_FIELDS = ("messages", "input", "document", "image", "system", "instructions")
_NAMES = frozenset(
    {"url", "image_url", "file_url", "video_url", "audio_url", "document_url", "file_id", "image", "uri", "data",
     "file_data", "input_audio", "input_video"}
)  # fmt: skip
_ELSEWHERE = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.\-]*:|//|\\\\)")


def elsewhere(value: object) -> bool:
    """Whether a value names content by an address. A path, a scheme that nobody knows: all the same."""
    if not isinstance(value, str):
        return False
    return bool(_ELSEWHERE.match(value[:64])) and value.lstrip()[:5].lower() != "data:"


def found(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Path and URL of each, for example ``("messages[0].content[1].image_url.url", "https://...")``."""
    for name in _FIELDS:
        value = data.get(name)
        if elsewhere(value) and name in ("document", "image"):
            yield name, str(value)
        elif isinstance(value, list | Mapping):
            yield from _below(value, name)
    tools = data.get("tools")
    for index, tool in enumerate(tools if isinstance(tools, list) else ()):
        if isinstance(tool, Mapping) and elsewhere(tool.get("server_url")):
            yield f"tools[{index}].server_url", str(tool["server_url"])


def _below(top: object, path: str) -> Iterator[tuple[str, str]]:
    stack: list[tuple[object, str, bool]] = [(top, path, False)]
    while stack:
        item, here, media = stack.pop()
        if isinstance(item, Mapping):
            kind = item.get("type")
            inside = media or kind in MEDIA
            for name, value in item.items():
                there = f"{here}.{name}"
                if inside and name in _NAMES and elsewhere(value):
                    yield there, value
                elif isinstance(value, list | Mapping):
                    # The content of a message or of a tool's result is no part of a media part around it.
                    stack.append((value, there, inside and name not in ("content", "output")))
        elif isinstance(item, list):
            stack.extend((value, f"{here}[{index}]", media) for index, value in enumerate(item))


def inlined(value: Any, path: str, fetched: Mapping[str, tuple[str, bytes]]) -> Any:
    """The same value with every URL that ``fetched`` holds (path -> content type, bytes) replaced by its content; what
    does not change is shared."""
    if isinstance(value, list):
        made = [inlined(item, f"{path}[{i}]", fetched) for i, item in enumerate(value)]
        return made if any(a is not b for a, b in zip(made, value, strict=True)) else value
    if not isinstance(value, Mapping):
        return _data_uri(*fetched[path]) if path in fetched else value
    if value.get("type") == "url" and f"{path}.url" in fetched:  # Anthropic's source
        kind, raw = fetched[f"{path}.url"]
        return {"type": "base64", "media_type": kind, "data": base64.b64encode(raw).decode()}
    made_object = {name: inlined(item, f"{path}.{name}", fetched) for name, item in value.items()}
    for name in ("file_url", "file_id"):
        if f"{path}.{name}" in fetched:
            made_object["file_data"] = made_object.pop(name)
            made_object.setdefault("filename", "fetched")
    return made_object if any(made_object.get(k) is not v for k, v in value.items()) else value


def _data_uri(kind: str, raw: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"
