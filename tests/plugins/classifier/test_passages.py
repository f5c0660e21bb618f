from __future__ import annotations

from collections import defaultdict

from plugins.classifier.passages import COUNTS, passages
from plugins.routing.types import INTENTS


def test_the_same_seed_gives_the_same_texts() -> None:
    assert passages(2, 0.2) == passages(2, 0.2)
    assert passages(2, 0.2) != passages(3, 0.2)


def test_one_passage_stands_under_every_kind_of_ask() -> None:
    found = passages()
    under = defaultdict(set)
    for example in found:
        if "freshwater lake in the north" in example.text:
            under["lake"].add(example.intent)
    assert under["lake"] >= set(COUNTS) - {"question"}
    assert {example.intent for example in found} <= set(INTENTS)


def test_no_slot_is_left() -> None:
    assert not [e.text for e in passages() if any(f"{{{slot}}}" in e.text for slot in ("p", "q", "t", "k", "ab", "x"))]
