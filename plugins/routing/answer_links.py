"""Addresses in an answer that would carry the request's text to another host, and the same text without them.

Knows: how Markdown, HTML and plain text name an address, and how text hides in one (as it is, percent-encoded, base64,
hex). Does not know: streams, JSON shapes, HTTP. An image is fetched by whoever shows the answer, without a click: any
image elsewhere is removed. A link or an address in a tool's arguments is removed where it carries text of the request,
or something that cannot be read. What the request itself named, word for word, stays.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import unquote_plus, urlsplit

IMAGE_GONE = "[image removed: its address could carry data elsewhere]"
LINK_GONE = "[link removed: its address could carry data elsewhere]"
URL_GONE = "about:blank#removed-by-signalbox"
"""What stands where an address was: beside the words of an image or link, and where only an address can stand."""

IN_PATH, IN_QUERY, OPAQUE = 16, 10, 32
"""Letters and digits in a row that path or host, or query and fragment, have in common with the request; length from
which on something that is no words counts as hidden text."""

MOST_REQUEST = 2_000_000
_EXTERNAL = re.compile(r"\s*(?:[a-z][a-z0-9+.\-]*:|[\\/]{2})", re.IGNORECASE)
_HARMLESS = re.compile(r"\s*(?:data|cid|blob|about|urn|tel):", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\t\r\n\u200b-\u200f\u2060\ufeff]")
_TARGET = r"\(\s*(?:<([^>\n]*)>|((?:\\.|[^\s()\\]|\\|\([^\s()]*\))*))(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?\s*\)"
_IMAGE = re.compile(r"!\[((?:[^\[\]]|\[[^\]]*\]){0,2000})\]" + _TARGET)
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\]){0,2000})\]" + _TARGET)
_REFERENCE = re.compile(r"^[ \t]{0,3}\[([^\]\n]{1,500})\]:[ \t]*<?([^\s>]+)>?.*$", re.MULTILINE)
_ATTRIBUTE = re.compile(
    r"(?P<head><[^<>]{0,500}?\b(?P<name>src|srcset|poster|background|data|href|action|formaction|xlink:href|content)\s*=\s*)"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s>]+)",
    re.IGNORECASE,
)
_CSS = re.compile(r"url\(\s*([\"']?)([^)\"']+)\1\s*\)", re.IGNORECASE)
_BARE = re.compile(r"(?:https?|wss?|ftp|mailto):(?:\\?/|\\)*[^\s<>\"'`\\]+", re.IGNORECASE)
_IN_JSON = re.compile(r"(?:https?|wss?|ftp|mailto):(?:\\/|\\u[0-9a-f]{4}|[^\s<>\"'`\\])+", re.IGNORECASE)
_WORDS = re.compile(r"[^a-z0-9]+")
_ENCODED = re.compile(rf"[A-Za-z0-9+/_=\-]{{{OPAQUE},}}")
_SHOWN = frozenset({"src", "srcset", "poster", "background", "data"})


class Links:
    """``request``: all text of the request. ``hosts``: of the operator's, where anything may go."""

    def __init__(self, request: Callable[[], Iterable[str]], hosts: Iterable[str] = ()) -> None:
        self._texts = request
        self._hosts = frozenset(hosts)
        self._request: tuple[str, str] | None = None
        self.removed = 0

    def clean(self, text: str) -> str:
        """The text of an answer without such addresses."""
        text = _IMAGE.sub(lambda m: self._in_markdown(m, image=True), text)
        text = _LINK.sub(lambda m: self._in_markdown(m, image=False), text)
        text = _REFERENCE.sub(self._reference, text)
        text = _ATTRIBUTE.sub(self._attribute, text)
        text = _CSS.sub(lambda m: self._kept(m[0], m[2], image=True, gone=f"url({URL_GONE})"), text)
        return _BARE.sub(lambda m: self._kept(m[0], m[0], image=False, gone=LINK_GONE), text)

    def clean_arguments(self, text: str) -> str:
        """A tool's arguments (JSON) without them; it stays JSON."""
        return _IN_JSON.sub(lambda m: self._kept(m[0], _unescaped(m[0]), image=False, gone=URL_GONE), text)

    def _in_markdown(self, match: re.Match[str], *, image: bool) -> str:
        url = match[2] if match[2] is not None else match[3]
        gone = f"{match[1]} {IMAGE_GONE if image else LINK_GONE}".strip()
        return self._kept(match[0], url, image=image, gone=gone)

    def _reference(self, match: re.Match[str]) -> str:
        """A definition serves images as well as links: the stricter rule."""
        return self._kept(match[0], match[2], image=True, gone=f"{match[1]}: {LINK_GONE}")

    def _attribute(self, match: re.Match[str]) -> str:
        value = match["value"].strip("\"'")
        shown = match["name"].lower() in _SHOWN
        urls = (
            [piece.split()[0] for piece in value.split(",") if piece.strip()] if match["name"] == "srcset" else [value]
        )
        if all(self._may(url, image=shown) for url in urls):
            return match[0]
        self.removed += 1
        return f'{match["head"]}"{URL_GONE}"'

    def _kept(self, whole: str, url: str, *, image: bool, gone: str) -> str:
        if self._may(url, image=image):
            return whole
        self.removed += 1
        return gone

    def _may(self, raw: str, *, image: bool) -> bool:
        url = _INVISIBLE.sub("", html.unescape(raw)).replace("\\", "/").strip()
        if not _EXTERNAL.match(url) or _HARMLESS.match(url) or url == URL_GONE:
            return True
        try:
            host = (urlsplit(url).hostname or "").lower()
        except ValueError:
            return False
        if host in self._hosts or _is_here(host):
            return True
        said, letters = self._said()
        if url.rstrip(".,;:!?)") in said:
            return True
        return not image and not _carries(url, host, letters)

    def _said(self) -> tuple[str, str]:
        """The request as it is, and its letters and digits alone."""
        if self._request is None:
            text = "\n".join(self._texts())[:MOST_REQUEST]
            self._request = (text, _letters(text))
        return self._request


def _unescaped(text: str) -> str:
    """What a piece of a JSON string says."""
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _carries(url: str, host: str, letters: str) -> bool:
    parts = urlsplit(url)
    plain = unquote_plus(unquote_plus(f"{parts.path}"))
    behind = unquote_plus(unquote_plus(f"{parts.query} {parts.fragment}"))
    if "@" in parts.netloc or _shares(_letters(host + plain), letters, IN_PATH):
        return True
    values = "".join(piece.partition("=")[2] or piece for piece in re.split(r"[&;]", behind))
    if _shares(_letters(values), letters, IN_QUERY) or _shares(_letters(behind), letters, IN_QUERY):
        return True
    return any(
        _hidden(found, letters) for found in _ENCODED.findall(f"{host}/{parts.path} {parts.query} {parts.fragment}")
    )


def _hidden(run: str, letters: str) -> bool:
    """Whether a long run is text of the request in another form, or something that nobody can read: words with
    hyphens are neither."""
    pieces = [p for p in re.split(r"[-_/=+]", run) if p]
    if all(len(p) < 20 and (p.isalpha() or p.isdigit()) for p in pieces):
        return False
    for decoded in _decodings(run):
        if _shares(_letters(decoded), letters, IN_QUERY):
            return True
    return any(len(p) >= OPAQUE for p in pieces)


def _decodings(run: str) -> Iterable[str]:
    padded = run.replace("-", "+").replace("_", "/")
    with suppress(binascii.Error, ValueError):
        yield base64.b64decode(padded + "=" * (-len(padded) % 4)).decode("utf-8", "ignore")
    try:
        yield bytes.fromhex(run).decode("utf-8", "ignore")
    except ValueError:
        return


def _shares(piece: str, letters: str, length: int) -> bool:
    return any(piece[i : i + length] in letters for i in range(len(piece) - length + 1))


def _letters(text: str) -> str:
    return _WORDS.sub("", text.lower())


def _is_here(host: str) -> bool:
    """Loopback and private addresses: not elsewhere."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return found.is_loopback or found.is_private


_OPENING = re.compile(
    r"(?:!?\[(?:[^\[\]]|\[[^\]]*\]){0,4000}(?:\](?:\([^)]{0,4000}|:[ \t]*\S{0,4000})?)?|!"
    r"|<(?:[a-z!/][^<>]{0,4000})?|url\([^)]{0,4000}"
    r"|\]\([^)]{0,4000}|(?<!\]\()(?<!\]\(<)(?:https?|wss?|ftp|mailto):[^\s<>\"'`]{0,4000}"
    r"|(?<![a-z])(?:h|ht|htt|https?|w|ws|wss|f|ft|ftp|m|ma|mai|mail|mailt|mailto|u|ur|url))$",
    re.IGNORECASE,
)


def held_from(text: str) -> int:
    """Where the last thing begins that may still become an address: what stands before it is complete. The length of
    the text where nothing does."""
    window = text[-5000:]
    match = _OPENING.search(window)
    return len(text) if match is None else len(text) - len(window) + match.start()
