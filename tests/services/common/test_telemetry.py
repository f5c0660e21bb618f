"""The variables are set. That they work is seen by ``tests/e2e/keys/test_offline.py``, in a network namespace."""

from __future__ import annotations

from services.common.telemetry import OFF, switch_off


def test_every_variable_is_set_over_what_was_there() -> None:
    environ = {"ORT_DISABLE_TELEMETRY": "0", "OTHER": "x"}
    switch_off(environ)
    assert environ == {**OFF, "OTHER": "x"}
    assert OFF["ORT_DISABLE_TELEMETRY"] == "1"
