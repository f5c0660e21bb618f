from __future__ import annotations

import pytest

from plugins.classifier.stability import CHANGES, GATE, TRAIN, stability, variants
from plugins.routing.types import Tier

MAIL = "Summarize this mail for the big boss. Please show mistakes.\n\n" + "The roof leaks and the rain comes in. " * 5


def test_every_change_applies_to_some_text_and_is_reproducible() -> None:
    assert [name for name, _ in variants(MAIL)] == [name for name, _ in CHANGES]
    assert variants(MAIL) == variants(MAIL)


def test_the_gate_shares_no_part_with_training() -> None:
    for field in ("before", "after", "polite", "thanks", "synonyms"):
        assert not {p.strip() for p in getattr(GATE, field)} & {p.strip() for p in getattr(TRAIN, field)}, field
    languages = [{other for _, others in bank.carriers for other in others} for bank in (GATE, TRAIN)]
    assert not languages[0] & languages[1]


@pytest.mark.parametrize("text", ["hi", "", "thanks a lot"])
def test_a_short_text_gets_no_chatter(text: str) -> None:
    assert not {"chatter", "politeness"} & {name for name, _ in variants(text)}


def test_figures() -> None:
    steady = stability(lambda _: ("math", Tier.LARGE), [MAIL])
    assert (steady["tiers"], steady["intents"], steady["changed_texts"]) == (1.0, 1.0, len(CHANGES))
    flips = stability(lambda text: ("question", Tier.SMALL) if text == MAIL else ("coding", Tier.LARGE), [MAIL])
    assert (flips["tiers"], flips["intents"]) == (0.0, 0.0)
    same_tier = stability(lambda text: ("question" if text == MAIL else "writing", Tier.SMALL), [MAIL])
    assert (same_tier["tiers"], same_tier["intents"]) == (1.0, 0.0)
