"""Which paths are open, and how strictly a body is read there.

Knows: paths and methods. Does not know: bodies or deployments. LiteLLM serves several hundred routes; many carry
content to a provider without passing the boundary's hooks (provider pass-through, token counting at the provider,
assistants, fine-tuning, realtime, ...). So this is a list of what is open, and nothing else is served: what carries
content stands here, what does not in ``open_routes.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from pathlib import Path


class Surface(Enum):
    """``JUDGED``: content that the hooks judge. ``CLOSED``: not served. ``OTHER``: management, UI, health, own
    routes."""

    JUDGED = "judged"
    CLOSED = "closed"
    OTHER = "other"


_OPEN_TO_CONTENT = re.compile(
    r"(?:/v1)?/(?:chat/completions|completions|embeddings|responses|messages|rerank|moderations|ocr"
    r"|audio/(?:speech|transcriptions|translations)|images/(?:generations|edits|variations))"
    r"|/v2/rerank|/v1/vector_stores/[^/]+/search|/v1/documents/extract"
    r"|/(?:engines|openai/deployments)/[^/]+(?:/[^/]+)*/(?:chat/completions|completions|embeddings)"
)
"""Posted to, and judged."""

_FILES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("GET POST OPTIONS", re.compile(r"(?:/v1)?/files")),
    ("GET DELETE OPTIONS", re.compile(r"(?:/v1)?/files/[^/]+")),
    ("GET OPTIONS", re.compile(r"(?:/v1)?/files/[^/]+/content")),
)
"""Stored for their owner; judged when they are stored, and with each request that names them."""

_OPEN_WITHOUT_CONTENT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("GET", re.compile(r"/health/capabilities|/metrics/?")),
    ("GET", re.compile(r"(?:/v1)?/models(?:/[^:]+)?")),
    ("GET DELETE", re.compile(r"(?:/v1)?/responses/(?!compact$|input_tokens$)[^/]+")),
    ("GET", re.compile(r"(?:/v1)?/responses/[^/]+/input_items")),
    ("POST", re.compile(r"(?:/v1)?/responses/[^/]+/cancel")),
    ("POST", re.compile(r"/v1/messages/count_tokens")),
    ("GET POST DELETE", re.compile(r"/v1/vector_stores(?:/.+)?")),
)
"""Methods and paths that name something by its id, or are answered here."""

_OWN = re.compile(r"/(?:routing|console)(?:/.*)?")
_LIST = Path(__file__).with_name("open_routes.txt")
_PARAMETER = re.compile(r"\{[^}]*\}")


@lru_cache(maxsize=2048)
def surface(path: str, method: str) -> Surface:
    """What the gateway does with a request to ``path``. A trailing slash or a doubled one makes another path."""
    if _OPEN_TO_CONTENT.fullmatch(path):
        return Surface.JUDGED if method in ("POST", "OPTIONS") else Surface.CLOSED
    for methods, pattern in _FILES:
        if pattern.fullmatch(path):
            return Surface.JUDGED if method in methods.split() else Surface.CLOSED
    open_here = _OWN.fullmatch(path) or any(
        pattern.fullmatch(path) and (method in methods or method == "OPTIONS") for methods, pattern in _rules()
    )
    return Surface.OTHER if open_here else Surface.CLOSED


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return (*_OPEN_WITHOUT_CONTENT, *listed(_LIST.read_text("utf-8")))


def listed(text: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Methods and pattern of each line. ``{x}`` is one segment, ``{x:path}`` and a last ``*`` any number."""
    for line in text.splitlines():
        path, _, methods = line.partition(" ")
        if not path.startswith("/"):
            continue
        said = "GET HEAD POST PUT PATCH DELETE" if methods == "ANY" else methods.replace(",", " ")
        said = f"{said} HEAD" if "GET" in said else said
        pattern = "".join(_part(part) for part in re.split(r"(\{[^}]*\}|\*$)", path))
        yield said, re.compile(pattern)


def _part(part: str) -> str:
    if part == "*":
        return ".*"
    if _PARAMETER.fullmatch(part):
        return ".+" if part.endswith(":path}") else "[^/]+"
    return re.escape(part)
