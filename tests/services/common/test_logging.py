import io
import json
import logging
from collections.abc import Iterator

import pytest

from services.common.edge import request_id
from services.common.logging import Style, configure_logging


@pytest.fixture(autouse=True)
def _restore_root() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(style: Style) -> str:
    stream = io.StringIO()
    configure_logging("instant", style=style, stream=stream)
    log = logging.getLogger("signalbox.test")
    try:
        try:
            raise ValueError("my prompt")
        except ValueError as cause:
            raise RuntimeError("my key") from cause
    except RuntimeError:
        log.exception("it failed")
    return stream.getvalue()


@pytest.mark.parametrize("style", ["plain", "json"])
def test_an_exception_is_logged_by_type_and_place_only(style: Style) -> None:
    text = logged(style)
    assert "it failed" in text
    assert "builtins.RuntimeError" in text
    assert "builtins.ValueError" in text
    assert "in logged" in text
    assert "my key" not in text
    assert "my prompt" not in text


def test_json_is_one_object_a_line() -> None:
    (line,) = logged("json").splitlines()
    record = json.loads(line)
    assert (record["service"], record["level"], record["logger"]) == ("instant", "ERROR", "signalbox.test")


def test_within_a_request_json_names_it() -> None:
    token = request_id.set("req-7")
    try:
        (line,) = logged("json").splitlines()
    finally:
        request_id.reset(token)
    assert json.loads(line)["request_id"] == "req-7"
    assert "request_id" not in json.loads(logged("json"))


def test_plain_names_service_and_level() -> None:
    assert " ERROR instant signalbox.test: it failed" in logged("plain").splitlines()[0]
