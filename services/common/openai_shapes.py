"""The OpenAI shapes that several services answer with.

Knows: chat completions, their streamed chunks, usage, the models list. Does not know: who computed the answer. Source:
the OpenAI API reference, "Chat" and "Models".
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

SSE_DONE = b"data: [DONE]\n\n"
SSE_TYPE = "text/event-stream"


def completion_id() -> str:
    """A fresh ``chatcmpl-...`` id."""
    return f"chatcmpl-{uuid.uuid4().hex}"


def usage(prompt_tokens: int, completion_tokens: int) -> dict[str, int]:
    """OpenAI's usage object."""
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


def chat_completion(
    *,
    id: str,
    model: str,
    content: str,
    usage: Mapping[str, int],
    fingerprint: str,
    finish_reason: str = "stop",
    logprobs: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A whole ``chat.completion`` with one choice; ``created`` is now."""
    return {
        "id": id,
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": fingerprint,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": None},
                "logprobs": logprobs,
                "finish_reason": finish_reason,
            }
        ],
        "usage": dict(usage),
    }


def chat_chunks(
    *,
    id: str,
    model: str,
    pieces: Iterable[str],
    fingerprint: str,
    usage: Mapping[str, int] | None,
    finish_reason: str = "stop",
) -> Iterator[bytes]:
    """The same answer as server-sent events: role, one chunk a piece, finish reason, ``[DONE]``.

    ``usage`` not None is ``stream_options.include_usage``: every chunk then has ``usage: null`` and one more, with
    no choices, holds the figures.
    """
    head: dict[str, Any] = {
        "id": id,
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": fingerprint,
    }
    tail: dict[str, Any] = {} if usage is None else {"usage": None}

    def chunk(delta: Mapping[str, Any], finish: str | None) -> bytes:
        choice = {"index": 0, "delta": dict(delta), "logprobs": None, "finish_reason": finish}
        return sse({**head, "choices": [choice], **tail})

    yield chunk({"role": "assistant", "content": ""}, None)
    for piece in pieces:
        yield chunk({"content": piece}, None)
    yield chunk({}, finish_reason)
    if usage is not None:
        yield sse({**head, "choices": [], "usage": dict(usage)})
    yield SSE_DONE


def sse(event: Mapping[str, Any]) -> bytes:
    """One server-sent event; the JSON is ASCII, so that no character can break a line."""
    return b"data: " + json.dumps(event, ensure_ascii=True, separators=(",", ":")).encode() + b"\n\n"


def model_list(names: Iterable[str], owner: str = "signalbox") -> dict[str, Any]:
    """The body of ``GET /v1/models``; ``created`` is 0: models of a gateway have no date of birth."""
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "created": 0, "owned_by": owner} for name in names],
    }
