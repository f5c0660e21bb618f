"""Token counts out of whatever answer object LiteLLM hands over.

Knows: the ``usage`` of chat, Responses, Messages and embeddings answers. Does not know: prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def tokens_of(response: Any) -> tuple[int | None, int | None]:
    """(input tokens, output tokens); None where the answer does not say."""
    usage = _field(response, "usage")
    into = _number(usage, "prompt_tokens", "input_tokens")
    return into, _number(usage, "completion_tokens", "output_tokens")


def _number(usage: Any, *names: str) -> int | None:
    values = (_field(usage, name) for name in names)
    return next((v for v in values if isinstance(v, int) and not isinstance(v, bool)), None)


def _field(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)
