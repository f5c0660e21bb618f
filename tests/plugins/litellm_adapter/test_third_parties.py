"""LiteLLM's switches, and the callbacks of keys. That no content reaches a callback: tests/wall."""

from __future__ import annotations

from types import SimpleNamespace

import litellm
import pytest

from plugins.litellm_adapter.third_parties import hold_back, without_own_callbacks
from plugins.routing.config.load import parse_config


@pytest.mark.parametrize(("zone", "held"), [("cloud", True), ("local", False)])
def test_content_is_held_back_where_the_zone_may_not_have_it(
    monkeypatch: pytest.MonkeyPatch, zone: str, held: bool
) -> None:
    monkeypatch.setattr(litellm, "turn_off_message_logging", False)
    monkeypatch.setattr(litellm, "redact_messages_in_exceptions", False, raising=False)
    text = (
        f"litellm_settings: {{callbacks: [langfuse]}}\ngateway: {{boundary: {{third_parties: {{langfuse: {zone}}}}}}}\n"
    )
    config = parse_config(text, "x.yaml")
    hold_back(config.raw, config.spec)
    assert litellm.turn_off_message_logging is held
    assert litellm.redact_messages_in_exceptions is held


def test_callbacks_of_a_key_are_not_used() -> None:
    logging = SimpleNamespace(dynamic_success_callbacks=["langfuse"], dynamic_failure_callbacks=None, other=["kept"])
    without_own_callbacks({"litellm_logging_obj": logging})
    assert logging.dynamic_success_callbacks == []
    assert logging.other == ["kept"]
    without_own_callbacks({})
