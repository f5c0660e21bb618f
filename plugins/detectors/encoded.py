"""Text hidden in escapes, in base64 (also the URL-safe form) and in percent signs.

Knows: how to find and undo them, bounded. Does not know: detectors; the scanner looks at what comes out.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

_BLOB = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]{16,}){0,2000}={0,2}")
_PERCENT = re.compile(r"(?:[\w.~+@:/-]{0,80}%[0-9A-Fa-f]{2}){3,400}[\w.~+@:/-]{0,80}")
SHORTEST_BLOB = 16
MAX_BLOB = 200_000
"""Characters of one blob that are decoded; the text of a longer one is looked at as far as that."""


_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")


def unescaped(text: str) -> str:
    """The text with JSON's and HTML's numbers of characters undone: what whoever parses it will see."""
    if "\\u" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return html.unescape(text) if "&#" in text else text


def hidden_texts(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, decoded text) of each piece that decodes to readable text."""
    for match in _BLOB.finditer(text):
        decoded = _decoded(match.group())
        if decoded:
            yield match.start(), match.end(), decoded
    if "%" in text:
        for match in _PERCENT.finditer(text):
            yield match.start(), match.end(), unquote(match.group(), errors="replace")


def _decoded(blob: str) -> str | None:
    compact = re.sub(r"\s", "", blob[:MAX_BLOB]).rstrip("=").replace("-", "+").replace("_", "/")
    compact = compact[: len(compact) - (len(compact) % 4 == 1)]
    try:
        data = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
        found = data.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return _start_of(compact) if len(blob) > MAX_BLOB else None
    readable = sum(c.isprintable() or c in "\r\n\t" for c in found)
    return found if readable >= 0.95 * len(found) else None


def _start_of(compact: str) -> str | None:
    found = base64.b64decode(compact[: len(compact) // 4 * 4 - 8]).decode("utf-8", "ignore")
    return found if sum(c.isprintable() or c in "\r\n\t" for c in found) >= 0.95 * max(1, len(found)) else None
