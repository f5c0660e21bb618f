"""What a request body asks of a model, checked before a model is loaded for it.

Knows: the few fields that decide whether and how the request is passed on. Does not know: the other fields (llama.cpp
checks those), HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.common.errors import ApiError
from services.llm.gguf import GgufHeader

_WANTS: Mapping[str, tuple[str, ...]] = {
    "/v1/chat/completions": ("chat",),
    "/v1/completions": ("chat", "completion"),
    "/v1/embeddings": ("embedding",),
}
"""The kinds of model that serve a path."""


@dataclass(frozen=True, slots=True)
class Wish:
    """``body``: to be sent to llama.cpp. ``choices``: answers wanted (``n``). ``stream``: as server-sent events."""

    model: str
    body: Mapping[str, Any]
    choices: int
    stream: bool


def read_wish(raw: bytes) -> Wish:
    """Parse a body. Raises ApiError 400 where it is not a JSON object with a ``model`` and sane ``n`` and
    ``stream``."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise ApiError(400, "The body is not valid JSON.", code="invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError(400, "The body must be a JSON object.", code="invalid_json")
    model, n, stream = body.get("model"), body.get("n"), body.get("stream")
    if not isinstance(model, str) or not model:
        raise ApiError(400, "model: must be the name of a model", param="model")
    if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < 1):
        raise ApiError(400, "n: must be a whole number from 1", param="n")
    if stream is not None and not isinstance(stream, bool):
        raise ApiError(400, "stream: must be true or false", param="stream")
    return Wish(model, _named_tool(body), n or 1, bool(stream))


def check(path: str, wish: Wish, header: GgufHeader, most_choices: int) -> None:
    """Raise ApiError 400 where this model cannot serve this path or that many choices."""
    if header.kind not in _WANTS[path]:
        hint = {
            "embedding": "it is an embedding model: use /v1/embeddings",
            "completion": "its file has no chat template: use /v1/completions",
            "chat": "it is a chat model: use /v1/chat/completions",
        }.get(header.kind, f"it is a {header.kind} model")
        raise ApiError(
            400, f'Model "{wish.model}" does not serve {path}: {hint}.', code="unsupported_value", param="model"
        )
    if wish.choices > most_choices:
        raise ApiError(400, f"n: at most {most_choices} here (SIGNALBOX_LLM_CHOICES)", param="n")


def _named_tool(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """llama.cpp reads ``tool_choice: {"function": {"name"}}`` as "auto"; offering that tool alone and requiring a call
    is the same wish in words that it honors."""
    choice, tools = body.get("tool_choice"), body.get("tools")
    function = choice.get("function") if isinstance(choice, dict) else None
    if not isinstance(function, dict) or not isinstance(tools, list):
        return body
    named = [t for t in tools if isinstance(t, dict) and _name_of(t) == function.get("name")]
    if not named:
        raise ApiError(400, "tool_choice: names a tool that is not in tools", param="tool_choice")
    return {**body, "tools": named, "tool_choice": "required"}


def _name_of(tool: Mapping[str, Any]) -> Any:
    function = tool.get("function")
    return function.get("name") if isinstance(function, dict) else None
