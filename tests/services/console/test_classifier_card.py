from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plugins.classifier.artefact import read_card
from services.console import classifier_card
from services.console.classifier_card import Card, read_classifier


def card_with(confusion: dict[str, dict[str, int]]) -> Card:
    """The shipped card with this table of confusions."""
    told: dict[str, Any] = read_card()
    return Card("shipped", told, (), classifier_card._rows(confusion))


def test_the_shipped_card(tmp_path: Path) -> None:
    card = read_classifier(tmp_path)
    assert (card.version, card.problem) == ("shipped", None)
    assert [s for _, s in card.scores] == sorted((s for _, s in card.scores), reverse=True)
    assert len(card.scores) == 12
    assert card.figure("accuracy") == read_card()["held_out_families"]["accuracy"]
    assert card.figure("no such figure") is None


def test_another_version_in_service(tmp_path: Path) -> None:
    folder = tmp_path / "classifier" / "versions" / "abc123"
    folder.mkdir(parents=True)
    held = {"f1": {"math": 0.5}, "confusion": {"math": {"math": 3, "coding": 1}, "no_intent": {"math": 1}}}
    (folder / "card.json").write_text(json.dumps({"version": "abc123", "held_out_families": held}))
    (tmp_path / "classifier" / "current").write_text(json.dumps({"history": ["shipped", "abc123"]}))
    card = read_classifier(tmp_path)
    assert (card.version, card.scores) == ("abc123", (("math", 0.5),))
    ((truth, cells),) = card.confusion
    assert truth == "math"
    assert {c.best: c.share for c in cells if c.count} == {"math": 0.75, "coding": 0.25}


def test_a_card_that_is_gone_is_said(tmp_path: Path) -> None:
    (tmp_path / "classifier").mkdir()
    (tmp_path / "classifier" / "current").write_text("{")
    assert "not readable" in (read_classifier(tmp_path).problem or "")
