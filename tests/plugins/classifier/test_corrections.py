from __future__ import annotations

from typing import Any

from plugins.classifier.corrections import corrections

TEXTS = {"d1": "sum of 2 and 3", "d2": "hello", "d3": "x", "d4": "y"}


def row(decision: str, rating: str, intent: str | None, right: str | None = None) -> dict[str, Any]:
    return {"decision_id": decision, "rating": rating, "intent": intent, "right_intent": right}


def test_a_right_intent_and_a_confirmed_one_teach() -> None:
    found = corrections([row("d1", "bad", "question", "math"), row("d2", "good", "smalltalk")], TEXTS)
    assert [(e.text, e.intent) for e in found] == [("sum of 2 and 3", "math"), ("hello", "smalltalk")]


def test_the_newest_judgment_counts() -> None:
    (found,) = corrections([row("d1", "bad", "question", "math"), row("d1", "good", "question")], TEXTS)
    assert found.intent == "math"


def test_what_says_nothing_teaches_nothing() -> None:
    assert (
        corrections([row("d3", "bad", "math"), row("d4", "good", "unsure"), row("gone", "good", "math")], TEXTS) == ()
    )
