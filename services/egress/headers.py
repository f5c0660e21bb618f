"""Which headers cross the wall.

Knows: names. Does not know: values, but for those that a ``connection`` header names. Requests: a list of what may
pass, so that no client's credential, cookie, address or idea of a host leaves. Answers: all but those of one connection
and those that could send a client elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Raw = Iterable[tuple[bytes, bytes]]

MAY_LEAVE = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "anthropic-beta",
        "anthropic-dangerous-direct-browser-access",
        "anthropic-version",
        "content-encoding",
        "content-length",
        "content-type",
        "openai-beta",
        "user-agent",
    }
)

HELD_BACK = frozenset(
    {
        "alt-svc",
        "connection",
        "content-location",
        "keep-alive",
        "location",
        "proxy-authenticate",
        "proxy-connection",
        "refresh",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "www-authenticate",
    }
)


def outgoing(raw: Raw, target: Mapping[str, str]) -> list[tuple[str, str]]:
    """Headers of the request to the provider: what may pass, then the target's own, which win."""
    own = {name.lower() for name in target}
    dropped = own | _named_by_connection(raw)
    kept = [
        (name, value.decode("latin-1"))
        for key, value in raw
        if (name := key.decode("latin-1").lower()) in MAY_LEAVE and name not in dropped
    ]
    return [*kept, *target.items()]


def incoming(raw: Raw) -> list[tuple[bytes, bytes]]:
    """Headers of the answer to the gateway, names in lower case."""
    dropped = _named_by_connection(raw) - {"content-length"}
    return [
        (key.lower(), value)
        for key, value in raw
        if (name := key.decode("latin-1").lower()) not in HELD_BACK and name not in dropped
    ]


def smuggled(raw: Raw) -> bool:
    """Whether the framing says two things: more than one length, or a length beside chunks (RFC 9112, 6.3)."""
    lengths = [value for key, value in raw if key.lower() == b"content-length"]
    chunked = any(key.lower() == b"transfer-encoding" for key, _ in raw)
    return len(lengths) > 1 or (chunked and bool(lengths)) or any(not value.isdigit() for value in lengths)


def _named_by_connection(raw: Raw) -> set[str]:
    named = (value.decode("latin-1") for key, value in raw if key.lower() == b"connection")
    return {word.strip().lower() for value in named for word in value.split(",")}
