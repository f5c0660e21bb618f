"""Log lines hold nobody's text."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from plugins.litellm_adapter.redact import Redacting, RedactingJson
from plugins.litellm_adapter.trace import CURRENT, Trace

SECRET = "the prompt"


def _record(name: str, message: str, *args: object, exc: bool = False) -> logging.LogRecord:
    info = None
    if exc:
        try:
            raise ValueError(SECRET)
        except ValueError:
            info = sys.exc_info()
    return logging.LogRecord(name, logging.ERROR, "/x/file.py", 7, message, args, info, "func")


@pytest.mark.parametrize(
    "record",
    [
        _record("LiteLLM", f"failed on {SECRET}"),
        _record("LiteLLM", "failed on %s", SECRET),
        _record("LiteLLM", "failed", exc=True),
        _record("uvicorn.error", "Exception in ASGI application\n", exc=True),
        _record("signalbox.edge", "failed", exc=True),
    ],
)
def test_text_is_withheld_and_the_place_is_told(record: logging.LogRecord) -> None:
    line = Redacting().format(record)
    assert SECRET not in line
    assert SECRET not in RedactingJson().format(record)
    assert "file.py:7" in line
    assert ("ValueError" in line) == (record.exc_info is not None)


def test_our_own_words_stay() -> None:
    assert "c.yaml:3: broken" in Redacting().format(_record("signalbox.reload", "%s", "c.yaml:3: broken"))


def test_as_json_a_line_names_its_request() -> None:
    record = _record("signalbox.access", "%s", "/v1/chat/completions")
    record.status, record.ms = 200, 12.5
    token = CURRENT.set(Trace(request_id="dec_1"))
    try:
        told = json.loads(RedactingJson().format(record))
    finally:
        CURRENT.reset(token)
    assert (told["request_id"], told["status"], told["ms"]) == ("dec_1", 200, 12.5)
    assert (told["service"], told["logger"], told["message"]) == ("gateway", "signalbox.access", "/v1/chat/completions")
    assert "request_id" not in json.loads(RedactingJson().format(record))
    broken = json.loads(RedactingJson().format(_record("signalbox.edge", "failed", exc=True)))
    assert broken["exception"] == "ValueError"
    assert broken["frames"]
