from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from plugins.skills.judging import Judged, is_better, is_right, judged
from plugins.skills.model import Answer, Skill, load_skill
from plugins.skills.rows import Row, split
from tests.plugins.skills.rows_of import mails, orders

BASE = Judged("a", 20, 0.9, 0.8, 0.95, 0.05, 0.9)


def test_figures_of_held_back_rows(lead: Path, order: Skill) -> None:
    found = judged(load_skill(lead), split(mails())[1])
    assert found.accuracy > 0.9
    assert found.stability > 0.8
    assert judged(order, split(orders())[1]).accuracy > 0.8
    with pytest.raises(ValueError, match="no rows"):
        judged(order, [])


def test_case_does_not_count_and_a_missing_field_does() -> None:
    row = Row("t", None, {"a": "X", "b": None})
    assert is_right(Answer("", {"a": "x", "b": None}, 1, {}), row)
    assert not is_right(Answer("", {"a": "x", "b": "y"}, 1, {}), row)


@pytest.mark.parametrize(
    ("accuracy", "stability", "better"), [(0.9, 0.9, False), (0.91, 0.9, True), (0.9, 0.91, True), (0.95, 0.89, False)]
)
def test_better_in_one_and_worse_in_none(accuracy: float, stability: float, better: bool) -> None:
    assert is_better(replace(BASE, accuracy=accuracy, stability=stability), BASE) is better


def test_anything_is_better_than_nothing() -> None:
    assert is_better(replace(BASE, accuracy=0.1), None)
