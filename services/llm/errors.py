"""llama.cpp's errors and the pool's, in OpenAI's words.

Knows: the shapes that llama.cpp's server answers with. Does not know: HTTP clients, models. Source: llama.cpp,
tools/server, ``format_error_response``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.common.errors import ApiError
from services.llm.pool import BusyError, UnknownModelError, UnservableError
from services.llm.process import LoadError

PoolError = BusyError | UnknownModelError | UnservableError | LoadError
POOL_ERRORS = (BusyError, UnknownModelError, UnservableError, LoadError)


def from_pool(error: PoolError) -> ApiError:
    """What a caller is told when there is no model to send the request to."""
    if isinstance(error, BusyError):
        headers = {"Retry-After": str(error.retry_after_s)}
        return ApiError(429, f"{error}. Try again in {error.retry_after_s} s.", code="model_busy", headers=headers)
    if isinstance(error, UnknownModelError):
        return ApiError(404, str(error), code="model_not_found", param="model")
    return ApiError(503, f"{error}. Replace or remove the file.", code="model_not_loadable")


def from_llama(status: int, body: bytes) -> ApiError:
    """An answer of llama.cpp other than 200, as OpenAI would say it."""
    said = _error(body)
    message = str(said.get("message") or f"The model's server answered {status}.")
    kind = said.get("type")
    if kind == "exceed_context_size_error":
        # These words are what OpenAI says, and what clients and LiteLLM look for.
        limit, sent = said.get("n_ctx"), said.get("n_prompt_tokens")
        message = (
            f"This model's maximum context length is {limit} tokens. However, your messages resulted in {sent} tokens."
            " Please reduce the length of the messages."
        )
        return ApiError(400, message, code="context_length_exceeded", param="messages")
    if "not supported" in message or kind == "not_supported_error":
        return ApiError(400, f"This model cannot do that: {message}", code="unsupported_value")
    if status == 400:
        return ApiError(400, message)
    return ApiError(status if status in (404, 501) else 503, message, code="model_failed")


def crashed(name: str) -> ApiError:
    """The model's process went away while it worked on the request."""
    return ApiError(
        503,
        f'The process of model "{name}" ended while it worked on this request; the next request loads it again.',
        code="model_crashed",
        headers={"Retry-After": "1"},
    )


def _error(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body).get("error")
    except (ValueError, AttributeError):
        return {}
    return said if isinstance(said, dict) else {}
