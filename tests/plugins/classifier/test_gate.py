from __future__ import annotations

from collections import Counter

import pytest

from plugins.classifier.artefact import load_model
from plugins.classifier.corpus import load_corpus, normalized
from plugins.classifier.gate import Measured, frozen_rows, is_better, measured
from plugins.routing.types import INTENTS, UNSURE


def test_the_frozen_rows_cover_all_intents_and_are_not_trained_on() -> None:
    rows = frozen_rows()
    counts = Counter(row["intent"] for row in rows)
    assert len(rows) >= 300
    assert set(counts) == {*INTENTS, UNSURE}
    assert min(counts.values()) >= 15
    trained = {normalized(example.text) for example in load_corpus()}
    same = [row["text"] for row in rows if normalized(row["text"]) in trained and len(row["text"].split()) > 4]
    assert same == []


@pytest.mark.parametrize(
    ("accuracy", "sure", "stable", "better"),
    [
        (0.9, 0.5, 0.9, False),
        (0.91, 0.5, 0.9, True),
        (0.9, 0.51, 0.9, True),
        (0.9, 0.5, 0.91, True),
        (0.95, 0.5, 0.89, False),
        (0.95, 0.49, 0.95, False),
        (0.89, 0.6, 0.95, False),
    ],
)
def test_better_in_one_and_worse_in_none(accuracy: float, sure: float, stable: float, better: bool) -> None:
    assert is_better(Measured("b", accuracy, sure, stable, 1.0), Measured("a", 0.9, 0.5, 0.9, 1.0)) is better


def test_the_shipped_model_on_the_frozen_rows() -> None:
    found = measured(load_model())
    assert found.accuracy >= 0.8
    assert found.nonsense >= 0.7
