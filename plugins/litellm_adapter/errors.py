"""Error bodies in the shape that callers expect, without internals.

Knows: OpenAI's error object, Anthropic's, and what LiteLLM's own error bodies look like. Does not know: HTTP messages
(``edge``) or why a request was refused. Shapes: https://platform.openai.com/docs/guides/error-codes and
https://docs.anthropic.com/en/api/errors.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from plugins.litellm_adapter.refusal import Refused

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
}
_CODES = {
    401: "invalid_api_key",
    403: "permission_denied",
    404: "not_found",
    408: "timeout",
    413: "request_too_large",
    429: "rate_limit_exceeded",
    503: "service_unavailable",
    504: "timeout",
}
_PLAIN = {
    400: "The model refused the request as invalid.",
    401: "The gateway's credentials for the chosen model were refused: tell the operator.",
    403: "The gateway's credentials for the chosen model do not allow this: tell the operator.",
    404: "The chosen model is not there any more: tell the operator, or ask for another model.",
    408: "The model did not answer in time: try again.",
    429: "The model is rate limited: try again later.",
    503: "No deployment that may serve this request answers now: try again.",
    504: "The model did not answer in time: try again.",
}
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_CUT = re.compile(
    r"\s*(?:\.?\s*Received Model Group|Available Model Group Fallbacks|Model Group Fallbacks|LiteLLM Retried"
    r"|Traceback \(most recent|stack trace|\n\s*File \"|Deployment Info|api_base|cooldown_list"
    r"|Debug this|No fallback model).*",
    re.DOTALL | re.IGNORECASE,
)
_WRAP = re.compile(r"\b(?:litellm\.)?(?:[A-Z]\w*(?:Error|Exception))(?::|\s-)\s*(?:\w*Exception\s-\s*)?")
_URL = re.compile(r"\b(?:https?|wss?|postgresql|redis)://\S+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\blocalhost:\d+")
_INTERNAL = re.compile(r"litellm|<[a-z_.]+ object at 0x|\.py\b|model_id|APIConnection", re.IGNORECASE)
_WINDOW = 24
NOT_THE_CALLERS = frozenset({401, 403, 404})
"""Statuses that, coming from an upstream, speak of the gateway's credentials and models."""


def code_of(status: int, message: str, given: Any) -> str:
    """A string code: the upstream's own where it is a word, else what status and message say."""
    text = message.lower()
    if "context length" in text or "contextwindow" in text or "context window" in text:
        return "context_length_exceeded"
    if isinstance(given, str) and given and not given.isdigit() and given.replace("_", "").isalnum():
        return given
    if "content management policy" in text or "contentpolicy" in text:
        return "content_policy_violation"
    if "budget" in text and status in (400, 422, 429):
        return "budget_exceeded"
    return _CODES.get(status, "internal_error" if status >= 500 else "invalid_request")


def clean(message: str, status: int, body: bytes = b"") -> str:
    """``message`` without wrappers, group names, URLs and the caller's own words (those of ``body``); a plain
    sentence where nothing fit is left."""
    text = _CUT.sub("", message)
    text = _URL.sub("[address]", _WRAP.sub("", text)).strip(" \n.:-")
    unfit = not text or len(text) > 600 or _INTERNAL.search(text) or status >= 500 or echoes(text, body)
    if unfit:
        return _PLAIN.get(status, "The model failed to answer: try again, or ask for another model.")
    return text if text[-1] in ".!?)" else f"{text}."


def echoes(message: str, body: bytes) -> bool:
    """Whether ``message`` repeats ``_WINDOW`` characters or more of ``body``."""
    if not body or len(message) < _WINDOW:
        return False
    words = message.encode("utf-8", "replace")
    return any(words[i : i + _WINDOW] in body for i in range(0, len(words) - _WINDOW + 1))


def openai_error(why: Refused) -> dict[str, Any]:
    """OpenAI's error body."""
    kind = why.kind or _TYPES.get(why.status, "server_error" if why.status >= 500 else "invalid_request_error")
    code = why.code or code_of(why.status, "", None)
    return {"error": {"message": why.message, "type": kind, "param": why.param, "code": code}}


def anthropic_error(why: Refused) -> dict[str, Any]:
    """Anthropic's error body; ``code`` is an extra field that its SDK leaves alone."""
    kind = _ANTHROPIC_TYPES.get(why.status, "api_error" if why.status >= 500 else "invalid_request_error")
    error = {"type": kind, "message": why.message}
    return {"type": "error", "error": {**error, "code": why.code} if why.code else error}


UNKNOWN_KEY = Refused(401, "The API key is not valid: ask the operator for one.", "invalid_api_key")


def upstream_refused(status: int) -> Refused:
    """The error for one of ``NOT_THE_CALLERS``."""
    return Refused(502, _PLAIN[status], "upstream_error")


def render(why: Refused, *, anthropic: bool) -> bytes:
    """The body's bytes in the caller's shape."""
    return orjson.dumps(anthropic_error(why) if anthropic else openai_error(why))


def normalize(status: int, payload: bytes, body: bytes, *, anthropic: bool) -> bytes:
    """An error body that LiteLLM or an upstream wrote, in the caller's shape. ``body``: the request's bytes."""
    message, given, param = _parts(payload)
    code = code_of(status, message, given)
    shown = _context_message() if code == "context_length_exceeded" else clean(message, status, body)
    return render(Refused(status, shown, code, param), anthropic=anthropic)


def _context_message() -> str:
    return "The input is longer than the context window of any model that may serve it: shorten it."


def _parts(payload: bytes) -> tuple[str, Any, str | None]:
    """(message, code, param) out of ``{"error": {...}}``, ``{"detail": ...}`` or anything else."""
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return "", None, None
    error = value.get("error", value.get("detail")) if isinstance(value, dict) else None
    if isinstance(error, dict) and isinstance(error.get("error"), dict):
        error = error["error"]
    if isinstance(error, dict):
        param = error.get("param")
        named = param if isinstance(param, str) and param != "None" else None
        return str(error.get("message", error.get("error", ""))), error.get("code"), named
    if isinstance(error, list) and error and isinstance(error[0], dict):
        path = ".".join(str(part) for part in error[0].get("loc", ())[1:])
        return f"{path}: {error[0].get('msg', 'invalid')}", "invalid_value", path or None
    return (error if isinstance(error, str) else ""), None, None
