from __future__ import annotations

from pathlib import Path

import pytest

from plugins.classifier.artefact import read_card
from plugins.skills.model import Skill, load_skill
from plugins.skills.rows import Row, RowError, split
from plugins.skills.training import train
from tests.plugins.skills.rows_of import mails, orders


def test_the_card_says_what_left_out_rows_showed(lead: Path) -> None:
    card = read_card(lead)
    assert card["training_data"]["rows"] + card["training_data"]["held_back"] == len(mails())
    assert card["left_out"]["precision"] >= card["stated_precision"]
    assert card["left_out"]["accuracy"] > 0.9


def test_another_precision_is_another_version(lead: Path, tmp_path: Path) -> None:
    other = train("lead", mails(), tmp_path / "m", precision=0.8)
    assert other["version"] != read_card(lead)["version"]
    assert other["sha256"] == read_card(lead)["sha256"]
    assert load_skill(tmp_path / "m").threshold <= 0.8


def test_rows_that_judge_are_not_trained_on(order: Skill) -> None:
    assert order.card["training_data"]["rows"] == len(split(orders())[0])


def test_three_labels(tmp_path: Path) -> None:
    words = {"red": "apple tomato cherry", "blue": "sky sea plum", "green": "grass leaf lime"}
    rows = [
        Row(f"{word} number {i} please", label, {})
        for i in range(8)
        for label, many in words.items()
        for word in many.split()
    ]
    train("color", rows, tmp_path / "m")
    skill = load_skill(tmp_path / "m")
    assert skill.outputs == ("blue", "green", "red")
    assert skill.answer("grass number 99 please").label == "green"


def test_rows_that_cannot_train_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RowError):
        train("x", mails(6), tmp_path / "m")
    assert not (tmp_path / "m").exists()
