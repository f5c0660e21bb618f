"""What a fake cloud says: its errors, and an echo in which pieces."""

from __future__ import annotations

from typing import Any

ERRORS: dict[str, tuple[int, dict[str, Any]]] = {
    "error": (500, {"message": "The server had an error", "type": "server_error", "param": None, "code": None}),
    "rate_limit": (
        429,
        {"message": "Rate limit reached", "type": "requests", "param": None, "code": "rate_limit_exceeded"},
    ),
    "context_length": (
        400,
        {
            "message": "This model's maximum context length is 8 tokens. However, you sent 99 tokens.",
            "type": "invalid_request_error",
            "param": "messages",
            "code": "context_length_exceeded",
        },
    ),
    "policy": (
        400,
        {
            "message": "The response was filtered: content management policy.",
            "type": "invalid_request_error",
            "param": None,
            "code": "content_policy_violation",
        },
    ),
    "unauthorized": (
        401,
        {"message": "Incorrect API key", "type": "invalid_request_error", "param": None, "code": "invalid_api_key"},
    ),
}


def last_text(body: dict[str, Any]) -> str:
    """What the last message says: an echo's answer."""
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def cut_up(text: str) -> list[str]:
    """Pieces of 1, 2, 3, ... characters, so that every place of a text is cut at some time."""
    pieces, at, size = [], 0, 1
    while at < len(text):
        pieces.append(text[at : at + size])
        at, size = at + size, size % 7 + 1
    return pieces
