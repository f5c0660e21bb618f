"""Callbacks of keys are told nothing."""

from __future__ import annotations

from types import SimpleNamespace

from plugins.litellm_adapter.third_parties import without_own_callbacks


def test_callbacks_of_a_key_are_not_used() -> None:
    logging = SimpleNamespace(dynamic_success_callbacks=["langfuse"], dynamic_failure_callbacks=None, other=["kept"])
    without_own_callbacks({"litellm_logging_obj": logging})
    assert logging.dynamic_success_callbacks == []
    assert logging.other == ["kept"]
    without_own_callbacks({})
