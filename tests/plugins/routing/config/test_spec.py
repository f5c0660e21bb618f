from __future__ import annotations

import pytest
from pydantic import ValidationError

from plugins.routing.config.spec import DEFAULT_CAPABILITIES, DEFAULT_INTENTS, GatewaySpec
from plugins.routing.types import INTENTS, UNSURE


def test_every_intent_has_a_default_tier() -> None:
    assert set(DEFAULT_INTENTS) == {*INTENTS, UNSURE}


def test_there_are_eleven_capabilities() -> None:
    assert len(DEFAULT_CAPABILITIES) == 11


def test_a_spec_is_frozen_and_knows_its_keys() -> None:
    with pytest.raises(ValidationError):
        GatewaySpec().headers = "basic"
    with pytest.raises(ValidationError):
        GatewaySpec.model_validate({"nope": 1})
