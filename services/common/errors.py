"""Errors in OpenAI's shape: ``{"error": {"message", "type", "param", "code"}}``.

Knows: how an exception becomes a status and a body. Does not know: logging, routes, who asked. A body never holds
the caller's content, nor anything of an unexpected exception.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}
"""OpenAI's error type of a status; other 4xx are ``invalid_request_error``, 5xx ``server_error``."""


class ApiError(HTTPException):
    """An answer other than 200, said on purpose. Raise it anywhere in a request.

    ``status``: HTTP status. ``message``: for the caller; says what to do next and never quotes content. ``type``:
    OpenAI's error type, by default that of the status. ``code``: a stable word that callers may branch on.
    ``param``: the field's path, e.g. ``"messages[0].role"``.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str | None = None,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status_code=status, detail=message, headers=dict(headers) if headers else None)
        self.status = status
        self.message = message
        self.type = type or error_type(status)
        self.code = code
        self.param = param


def error_type(status: int) -> str:
    """OpenAI's word for a status, e.g. 429 -> ``"rate_limit_error"``."""
    return TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")


def error_body(
    message: str, *, type: str, code: str | None = None, param: str | None = None
) -> dict[str, dict[str, str | None]]:
    """The JSON body of an error, as the OpenAI SDKs read it."""
    return {"error": {"message": message, "type": type, "param": param, "code": code}}


def error_response(error: ApiError) -> JSONResponse:
    """``error`` as a response, with its headers."""
    body = error_body(error.message, type=error.type, code=error.code, param=error.param)
    return JSONResponse(body, status_code=error.status, headers=error.headers)


def param_path(location: Sequence[str | int]) -> str | None:
    """A validation error's location as a path: ``("body", "messages", 0, "role")`` -> ``"messages[0].role"``.

    None where the whole body is meant.
    """
    path = ""
    for part in location[1:] if location[:1] in (("body",), ["body"]) else location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.lstrip(".") or None


def install_error_handlers(app: FastAPI) -> None:
    """Makes every expected failure of ``app`` answer in OpenAI's shape; unexpected ones are ``edge``'s."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _http)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    """400, not FastAPI's 422: that is what OpenAI answers. Names the field, never its value."""
    problems: Sequence[Mapping[str, Any]] = error.errors() if isinstance(error, RequestValidationError) else ()
    first = problems[0] if problems else {}
    if first.get("type") == "json_invalid":
        return error_response(ApiError(400, "The body is not valid JSON.", code="invalid_json"))
    param = param_path(tuple(first.get("loc", ())))
    if param is None:
        return error_response(ApiError(400, "The body must be a JSON object, sent as content-type application/json."))
    # pydantic's own messages name types and bounds; a validator's (value_error) may quote what was sent.
    said = "is not valid" if first.get("type") in ("value_error", "assertion_error") else first.get("msg", "")
    return error_response(ApiError(400, f"{param}: {said or 'is not valid'}", param=param))


async def _http(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ApiError):
        return error_response(error)
    status = error.status_code if isinstance(error, StarletteHTTPException) else 500
    detail = error.detail if isinstance(error, StarletteHTTPException) else "Internal error."
    headers = error.headers if isinstance(error, StarletteHTTPException) else None
    return error_response(ApiError(status, str(detail), headers=headers))
