"""Log lines hold nobody's text."""

from __future__ import annotations

import logging
import sys

import pytest

from plugins.litellm_adapter.redact import Redacting

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
    assert "file.py:7" in line
    assert ("ValueError" in line) == (record.exc_info is not None)


def test_our_own_words_stay() -> None:
    assert "c.yaml:3: broken" in Redacting().format(_record("signalbox.reload", "%s", "c.yaml:3: broken"))
