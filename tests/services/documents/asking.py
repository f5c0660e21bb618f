"""A request with headers and a query, for unit tests."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request


def asking(headers: Mapping[str, str] | None = None, query: str = "") -> Request:
    """``GET /`` with these."""
    raw = [(k.encode(), v.encode()) for k, v in (headers or {}).items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": raw})
