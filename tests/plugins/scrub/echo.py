"""A fake cloud's echo of a text, as every API streams it, cut anywhere."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any


def pieces(text: str, rng: random.Random) -> Iterator[str]:
    at = 0
    while at < len(text):
        size = rng.choice((1, 1, 2, 3, 5, 8, 40))
        yield text[at : at + size]
        at += size


def event(value: dict[str, Any], name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value, ensure_ascii=_ascii(value))}\n\n".encode()


def _ascii(value: dict[str, Any]) -> bool:
    return len(str(value)) % 2 == 0


def chat(text: str, rng: random.Random, field: str = "content") -> bytes:
    out = []
    for piece in pieces(text, rng):
        if field == "arguments":
            delta: dict[str, Any] = {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
        else:
            delta = {field: piece}
        out.append(event({"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}))
    out.append(event({"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
    return b"".join(out) + b"data: [DONE]\n\n"


def completions(text: str, rng: random.Random) -> bytes:
    out = [event({"choices": [{"index": 0, "text": piece, "finish_reason": None}]}) for piece in pieces(text, rng)]
    return b"".join(out) + b"data: [DONE]\n\n"


def responses(text: str, rng: random.Random) -> bytes:
    where = {"item_id": "m", "output_index": 0, "content_index": 0}
    name = "response.output_text"
    out = [event({"type": f"{name}.delta", **where, "delta": p}, f"{name}.delta") for p in pieces(text, rng)]
    out.append(event({"type": f"{name}.done", **where, "text": text}, f"{name}.done"))
    out.append(event({"type": "response.completed", "response": {"output": [{"content": [{"text": text}]}]}}))
    return b"".join(out)


def messages(text: str, rng: random.Random, field: str = "text") -> bytes:
    kind = {"text": "text_delta", "partial_json": "input_json_delta"}[field]
    out = [
        event({"type": "content_block_delta", "index": 0, "delta": {"type": kind, field: p}}, "content_block_delta")
        for p in pieces(text, rng)
    ]
    out.append(event({"type": "content_block_stop", "index": 0}, "content_block_stop"))
    return b"".join(out) + event({"type": "message_stop"}, "message_stop")


def told(stream: bytes) -> str:
    """All pieces of a stream together, in order."""
    found: list[str] = []
    for block in stream.decode().split("\n\n"):
        data = next((line[5:].strip() for line in block.split("\n") if line.startswith("data:")), "[DONE]")
        if data != "[DONE]":
            found += _texts(json.loads(data))
    return "".join(found)


def _texts(value: dict[str, Any]) -> Iterator[str]:
    delta = value.get("delta")
    if isinstance(delta, str):
        yield delta
    elif isinstance(delta, dict):
        yield delta.get("text") or delta.get("partial_json") or ""
    for choice in value.get("choices") or ():
        yield choice.get("text") or ""
        inner = choice.get("delta") or {}
        yield inner.get("content") or ""
        for call in inner.get("tool_calls") or ():
            yield call["function"]["arguments"]
