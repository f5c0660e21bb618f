"""Addresses of machines: IP, MAC, web addresses, and web addresses that carry a password.

Knows: the forms. Does not know: which hosts are public knowledge; a web address alone is a mention.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from plugins.detectors.span import Span, View

SHORTEST_IPV4 = 7
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_MAC = re.compile(r"(?<![\w:-])(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")
_URL = re.compile(r"(?<![\w])(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"'()\[\]{}]{3,2000}", re.IGNORECASE)
_CREDENTIALS = re.compile(r"[a-z0-9+.-]+://[^\s/@:]*:([^\s/@]{1,200})@", re.IGNORECASE)
_PARAMETER = re.compile(
    r"[?&](?:password|passwd|pwd|token|access_token|api_?key|secret|sig|signature)=([^&#\s]{6,})", re.IGNORECASE
)


class Network:
    """Finds ``ip_address``, ``mac_address``, ``domain_name`` and ``url_credentials``."""

    def find(self, view: View) -> Iterable[Span]:
        text = view.folded
        if view.runs or ":" in text:
            yield from _addresses(view)
        if "://" in text or "www." in view.lower:
            for match in _URL.finditer(text):
                url = match.group().rstrip(".,;:!?")
                secret = _CREDENTIALS.match(url) or _PARAMETER.search(url)
                yield Span(match.start(), match.start() + len(url), "url_credentials" if secret else "domain_name")


def _addresses(view: View) -> Iterable[Span]:
    text = view.folded
    dotted = any(end - start >= SHORTEST_IPV4 and text.count(".", start, end) >= 3 for start, end in view.runs)
    for match in _IPV4.finditer(text) if dotted else ():
        # 127.0.0.1, 0.0.0.0 and masks say nothing about anybody.
        inside = all(int(part) < 256 for part in match.group().split("."))
        if inside and not match.group().startswith(("127.", "0.", "255.")):
            yield Span(match.start(), match.end(), "ip_address", 0.8)
    if text.count(":") >= 2:
        for match in _MAC.finditer(text):
            yield Span(match.start(), match.end(), "mac_address")
        for match in _IPV6.finditer(text):
            if _is_ipv6(match.group()):
                yield Span(match.start(), match.end(), "ip_address")
    elif text.count("-") >= 5:
        for match in _MAC.finditer(text):
            yield Span(match.start(), match.end(), "mac_address")


def _is_ipv6(value: str) -> bool:
    if sum(c != ":" for c in value) < 4:
        return False
    try:
        return not ipaddress.IPv6Address(value).is_loopback
    except ValueError:
        return False
