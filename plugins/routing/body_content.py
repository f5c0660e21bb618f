"""Which fields of a body hold content: what a model, or the provider behind it, would be shown.

Knows: the fields that are not content, by name; everything else is. Does not know: what is in them. A field that no API
had when this was written is content.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MESSAGES: Mapping[str, tuple[str, ...]] = {
    "chat": ("messages",),
    "prompt": ("prompt",),
    "responses": ("instructions", "input"),
    "anthropic": ("system", "messages"),
    "input": ("input",),
    "rerank": ("query",),
}
"""By shape: what becomes messages, and is looked through as such."""

NOT_SENT = frozenset(
    {"model", "proxy_server_request", "secret_fields", "user_api_key_dict", "litellm_metadata", "fallbacks"}
    | {"cache", "caching", "mock_response", "extra_headers", "headers"}
)
"""LiteLLM's own entries beside a body, and what is stripped or stays here. ``litellm_*`` too."""

SETTINGS = frozenset(
    {"audio", "encoding_format", "include", "modalities", "prompt_cache_retention", "reasoning", "reasoning_effort"}
    | {"service_tier", "stream_options", "thinking", "truncation", "verbosity", "previous_response_id", "background"}
    | {"logit_bias", "input_type", "dimensions", "size", "quality", "style", "voice", "speed", "background", "format"}
)
"""Fields whose words are an API's own."""

_CLOSED = frozenset({"audio", "document"})
_WITH_MATERIAL = ("tools", "functions", "response_format", "text", "suffix", "stop", "user", "prompt")
"""What is read beside a recording or a document; the material itself is not text."""


def attached_keys(body: Mapping[str, Any], shape: str) -> tuple[str, ...]:
    """Fields with content beside the messages, in the body's order."""
    if shape in _CLOSED:
        return tuple(key for key in _WITH_MATERIAL if body.get(key))
    read = MESSAGES.get(shape, ("messages",))
    return tuple(key for key, value in body.items() if key not in read and _holds(key, value, body))


def content_keys(body: Mapping[str, Any], shape: str) -> tuple[str, ...]:
    """All fields with content."""
    return (*(key for key in MESSAGES.get(shape, ("messages",)) if body.get(key)), *attached_keys(body, shape))


def _holds(key: str, value: object, body: Mapping[str, Any]) -> bool:
    if not value or not isinstance(value, str | Mapping | list | tuple):
        return False
    if key in NOT_SENT or key in SETTINGS or key.startswith("litellm_"):
        return False
    # Where LiteLLM keeps its own notes under `metadata`, the caller's is not sent on; else it is.
    return key != "metadata" or "proxy_server_request" not in body or "litellm_metadata" in body
