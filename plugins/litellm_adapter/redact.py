"""Log lines without anybody's text.

Knows: Python logging. Does not know: who logs what. LiteLLM and its clients put request bodies and upstream errors
into log messages, so of a foreign logger's line only what the program itself wrote stays: the template of a message
with arguments, and of an exception its type and where it happened. Our own loggers (``signalbox.*``) never get such
text and are kept.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback

from plugins.litellm_adapter.trace import CURRENT
from services.common.tracing import trace_id

ACCESS = ("request_id", "status", "ms", "tier", "deployment", "decision")
"""What a finished request's line says beside its words."""

OWN = ("signalbox", "uvicorn.error")
FRAMES = 6


class Redacting(logging.Formatter):
    """``time level logger file:line message`` where the message is only the part that cannot hold a caller's text."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; under an exception, the innermost frames without source or message."""
        stamp = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        where = f"{record.filename}:{record.lineno} {record.funcName}"
        line = f"{stamp} {record.levelname} {record.name} {where} {self._words(record)}"
        if record.exc_info and record.exc_info[0] is not None:
            line += f" [{record.exc_info[0].__name__}]"
            frames = traceback.extract_tb(record.exc_info[2])[-FRAMES:]
            line += "".join(f"\n    {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        return line

    def _words(self, record: logging.LogRecord) -> str:
        if record.name.startswith(OWN) and not record.exc_info:
            return record.getMessage()
        if not record.args:
            return "(message withheld)"
        template = str(record.msg)
        return template if len(template) <= 300 else template[:300]


class RedactingJson(Redacting):
    """The same as one object a line, with the request's id and its trace's."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, service, logger, place, message; within a request its ids; an exception's type and frames."""
        trace = CURRENT.get()
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "service": "gateway",
            "logger": record.name,
            "place": f"{record.filename}:{record.lineno} {record.funcName}",
            "message": self._words(record),
        }
        ids = {"request_id": trace.request_id if trace is not None else "", "trace_id": trace_id()}
        line |= {name: word for name, word in ids.items() if word}
        line |= {name: getattr(record, name) for name in ACCESS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])[-FRAMES:]
            line["exception"] = record.exc_info[0].__name__
            line["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=True)


def redact_logs(style: str = "plain") -> None:
    """Gives every logger's output to one redacting handler on standard error. Handlers that LiteLLM adds later to its
    own loggers are replaced by ``sweep``. ``style``: ``plain`` or ``json``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingJson() if style == "json" else Redacting())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("signalbox").setLevel(logging.INFO)
    sweep()


def sweep() -> None:
    """Removes every handler but the root's. Call again once everything is imported."""
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        if logger.handlers:
            logger.handlers[:] = []
        logger.propagate = True
