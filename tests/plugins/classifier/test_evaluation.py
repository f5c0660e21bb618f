from __future__ import annotations

import pytest

from plugins.classifier.artefact import load_model
from plugins.classifier.evaluation import evaluate
from plugins.routing.types import Tier

ROWS = [
    {"text": "Translate to German: the bus is late", "intent": "translation"},
    {"text": "Write a Python function that adds two numbers", "intent": "coding"},
    {"text": "hello", "intent": "smalltalk"},
]


def test_figures_of_easy_rows() -> None:
    report = evaluate(load_model(), ROWS)
    assert report["accuracy"] == 1.0
    assert report["balanced_small_large"] == 1.0
    assert report["confusion"]["coding"] == {"coding": 1}
    assert 0 < report["latency_ms"]["p50"] <= report["latency_ms"]["p99"]


def test_the_tier_table_decides_what_is_large() -> None:
    tiers = dict.fromkeys([row["intent"] for row in ROWS], Tier.SMALL)
    all_small = {**dict.fromkeys(load_model().linear.classes_, Tier.SMALL), **tiers}
    wrong = [{**ROWS[0], "intent": "math"}]
    assert evaluate(load_model(), wrong)["balanced_small_large"] == 0.0
    assert evaluate(load_model(), wrong, tiers=all_small)["balanced_small_large"] == 1.0


@pytest.mark.parametrize(("rows", "message"), [([], "no rows"), ([{"text": "x", "intent": "poetry"}], "poetry")])
def test_wrong_rows(rows: list[dict[str, str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(load_model(), rows)
