"""Log lines of a service, plain or JSON, without anybody's content.

Knows: Python's logging. Does not know: what is logged. An exception is written as its type and the places in the code
that it came through: its message may quote a request or a secret.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from types import TracebackType
from typing import Literal, TextIO

from services.common.edge import request_id
from services.common.tracing import trace_id

Style = Literal["plain", "json"]

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_QUIET = ("httpx", "httpcore", "asyncio", "uvicorn.access")
"""Their INFO lines carry URLs, or nothing of use."""


class PlainFormatter(logging.Formatter):
    """``2026-01-31T12:00:00 INFO instant signalbox.access: ...``"""

    def __init__(self, service: str) -> None:
        super().__init__(f"%(asctime)s %(levelname)s {service} %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  logging's own name
        return shown_exception(ei)


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, service, logger, message; within a request its id, and the trace's where traces
    are collected; exception."""

    def __init__(self, service: str) -> None:
        super().__init__(datefmt="%Y-%m-%dT%H:%M:%S%z")
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "service": self.service,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: word for name, word in (("request_id", request_id.get()), ("trace_id", trace_id())) if word},
        }
        if record.exc_info:
            line["exception"] = shown_exception(record.exc_info)
        return json.dumps(line, ensure_ascii=True)


def shown_exception(info: ExcInfo) -> str:
    """Type and places of an exception and its causes, one a line, without any message."""
    lines: list[str] = []
    error = info[1]
    while error is not None:
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(lines)


def configure_logging(
    service: str, *, style: Style = "plain", level: int = logging.INFO, stream: TextIO | None = None
) -> logging.Handler:
    """Sends every log line of this process to ``stream`` (standard error) and returns the handler.

    Replaces handlers that were there: a service owns its process.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(service) if style == "json" else PlainFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler
