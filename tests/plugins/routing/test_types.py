from __future__ import annotations

import dataclasses

import pytest

from plugins.routing.types import INTENTS, DataClass, Decision, Signal, Tier
from tests.plugins.routing.make import SMALL, facts


def test_words_and_order() -> None:
    assert [c.label for c in sorted(DataClass)] == ["public", "internal", "restricted"]
    assert [t.label for t in sorted(Tier)] == ["instant", "small", "large", "frontier"]
    assert len(INTENTS) == len(set(INTENTS)) == 12


@pytest.mark.parametrize("value", [facts(), SMALL, Signal("x", None)])
def test_values_cannot_be_changed(value: object) -> None:
    name = dataclasses.fields(value)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, "x")


def test_a_decision_finds_its_signals() -> None:
    signal = Signal("intent", "coding")
    decision = Decision("dec_1", "auto", (signal,), (), None)
    assert decision.signal("intent") is signal
    assert decision.signal("size") is None
