"""Reads a request body whole and refuses what no model could be asked.

Knows: bytes, JSON, UTF-8, the size limit. Does not know: what the fields mean (``plugins.routing.openai_request``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import orjson

from plugins.litellm_adapter.refusal import Refused

MAX_BODY_BYTES = 32 * 1024 * 1024
"""The largest body that is read. A 10 MB prompt must get its real answer; what is larger gets a 413."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class Disconnected(Exception):  # noqa: N818 - nothing went wrong here
    """The caller went away before the body was complete."""


async def read_body(receive: Receive, declared: int | None, limit: int = MAX_BODY_BYTES) -> bytes:
    """All bytes of the body. Raises Refused(413) above ``limit``, at once where the length was declared."""
    if declared is not None and declared > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives ``body`` once, and then what ``receive`` gives."""
    given = False

    async def once() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


def parse_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object. Raises Refused(400) on other JSON, broken JSON, invalid UTF-8 and NUL characters."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused(400, _why_not_json(body, error), "invalid_json") from None
    if not isinstance(value, dict):
        kind = {list: "an array", str: "a string", type(None): "null", bool: "a boolean"}.get(type(value), "a number")
        raise Refused(400, f"The request body must be a JSON object, not {kind}.", "invalid_json")
    # An escaped backslash before u0000 is harmless, so the walk decides; the search keeps it off the usual path.
    if b"\\u0000" in body and (path := _nul_path(value)) is not None:
        raise Refused(
            400, f"NUL characters are not allowed (in {path or 'a key'}): remove them.", "invalid_value", path
        )
    return value


def too_large(limit: int) -> Refused:
    """The refusal of a body above ``limit`` bytes."""
    return Refused(413, f"The request body is larger than {limit // 2**20} MiB: send less.", "request_too_large")


def _why_not_json(body: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return f"The request body is not valid UTF-8 (byte {wrong.start}): encode it as UTF-8."
    return f"The request body is not valid JSON (line {error.lineno}, column {error.colno}): {error.msg.split(':')[0]}."


def _nul_path(value: Any) -> str | None:
    """Where the first NUL is, e.g. ``messages[0].content``; None where there is none. Iterative: depth is the
    caller's."""
    todo: list[tuple[str, Any]] = [("", value)]
    while todo:
        path, item = todo.pop()
        if isinstance(item, str):
            if "\x00" in item:
                return path
            continue
        children: Iterable[tuple[str, Any]] = ()
        if isinstance(item, dict):
            if any("\x00" in key for key in item):
                return path
            children = ((f"{path}.{key}" if path else key, child) for key, child in item.items())
        elif isinstance(item, list):
            children = ((f"{path}[{i}]", child) for i, child in enumerate(item))
        todo.extend(children)
    return None
