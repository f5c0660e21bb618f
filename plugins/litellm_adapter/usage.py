"""Token counts out of whatever answer object LiteLLM hands over.

Knows: the ``usage`` of chat, Responses, Messages and embeddings answers. Does not know: prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.litellm_adapter.trace import Trace


def tokens_of(response: Any) -> tuple[int | None, int | None]:
    """(input tokens, output tokens); None where the answer does not say."""
    usage = _field(response, "usage")
    into = _number(usage, "prompt_tokens", "input_tokens")
    return into, _number(usage, "completion_tokens", "output_tokens")


def count_tokens(trace: Trace, response: Any) -> None:
    """Notes the tokens of one complete answer. Those of a stream that was asked for twice add up; of a whole answer
    they did already (``escalate``)."""
    into, out = tokens_of(response)
    if trace.escalated_from is None:
        trace.tokens_in, trace.tokens_out = into, out
    elif trace.stream:
        trace.tokens_in = (trace.tokens_in or 0) + (into or 0)
        trace.tokens_out = (trace.tokens_out or 0) + (out or 0)


def _number(usage: Any, *names: str) -> int | None:
    values = (_field(usage, name) for name in names)
    return next((v for v in values if isinstance(v, int) and not isinstance(v, bool)), None)


def _field(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)
