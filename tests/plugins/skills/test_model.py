from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from plugins.classifier.artefact import ArtefactError
from plugins.skills.model import WEIGHTS, Skill, familiarity, load_skill


def test_a_label_with_calibrated_scores(lead: Path) -> None:
    skill = load_skill(lead)
    assert (skill.kind, skill.outputs, skill.name) == ("labels", ("lead", "other"), "lead")
    answer = skill.answer("Hello, we would like a quote for 40 licenses. Regards, A.")
    assert (answer.label, answer.content) == ("lead", "lead")
    assert sum(answer.scores.values()) == pytest.approx(1, abs=1e-3)
    assert next(iter(answer.scores.values())) == answer.confidence


def test_a_text_about_something_else_makes_it_unsure(lead: Path) -> None:
    skill = load_skill(lead)
    usual = skill.answer("Hello, we would like a quote for 40 licenses. Regards, A.")
    strange = skill.answer("The moon was pale over the marsh, and nobody had an umbrella.")
    assert strange.confidence < skill.threshold < usual.confidence
    assert familiarity(skill.model.columns, "") == 0  # type: ignore[union-attr]


def test_fields_are_told_as_json(order: Skill) -> None:
    answer = order.answer("It is about order A-5512 is complete, thank you.")
    assert json.loads(answer.content) == answer.fields
    assert "order, due" in order.instruction()


def test_a_language_model_is_told_the_labels(lead: Path) -> None:
    assert "lead, other" in load_skill(lead).instruction()


def test_a_changed_file_is_refused(lead: Path, tmp_path: Path) -> None:
    shutil.copytree(lead, tmp_path / "m")
    (tmp_path / "m" / WEIGHTS).write_bytes(b"x")
    with pytest.raises(ArtefactError, match="sha256"):
        load_skill(tmp_path / "m")


def test_a_card_of_another_kind_is_refused(lead: Path, tmp_path: Path) -> None:
    shutil.copytree(lead, tmp_path / "m")
    card = json.loads((tmp_path / "m" / "card.json").read_text())
    (tmp_path / "m" / "card.json").write_text(json.dumps({**card, "kind": "fields"}))
    with pytest.raises(ArtefactError, match="train it again"):
        load_skill(tmp_path / "m")
