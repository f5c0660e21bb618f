from __future__ import annotations

from plugins.classifier.corpus import Example
from plugins.classifier.examples import training_examples


def test_what_operators_add_wins_over_a_near_duplicate() -> None:
    own = Example(
        "Translate the following sentence into French: I would like a cup of tea!", "writing", "hand:data:x:0"
    )
    found = training_examples([own], scale=0)
    assert found[0] == own
    assert [e.intent for e in found if e.text.startswith("Translate the following sentence into French: I would")] == [
        "writing"
    ]


def test_scale_zero_takes_nothing_generated() -> None:
    assert all(e.family.startswith("hand:") for e in training_examples(scale=0))
