from __future__ import annotations

import pytest
from pydantic import ValidationError

from plugins.routing.config.spec import DEFAULT_CAPABILITIES, DEFAULT_INTENTS, GatewaySpec
from plugins.routing.types import INTENTS, UNSURE


def test_every_intent_has_a_default_tier() -> None:
    assert set(DEFAULT_INTENTS) == {*INTENTS, UNSURE}


def test_the_shipped_capabilities() -> None:
    chat = {"auto", "fast", "reasoning", "code", "vision", "private", "document_qa"}
    assert set(DEFAULT_CAPABILITIES) == chat | {"embed", "rerank", "transcribe", "speech", "ocr"}


def test_a_spec_is_frozen_and_knows_its_keys() -> None:
    with pytest.raises(ValidationError):
        GatewaySpec().headers = "basic"
    with pytest.raises(ValidationError):
        GatewaySpec.model_validate({"nope": 1})
