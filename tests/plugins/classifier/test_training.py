from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import skops.io

from plugins.classifier import training
from plugins.classifier.artefact import ARTEFACT_DIR, PIPELINE, ArtefactError, load_model, read_card
from plugins.classifier.corpus import Example, load_corpus
from plugins.classifier.training import (
    TRUSTED_TYPES,
    HeldOut,
    data_hash,
    fit_temperature,
    load_pipeline,
    measure_again,
    train,
)


def small_corpus() -> list[Example]:
    return [e for i, e in enumerate(load_corpus()) if i % 3 == 0]


def test_training_writes_a_model_that_serves(tmp_path: Path) -> None:
    examples = small_corpus()
    card = train(examples, tmp_path, folds=2, note="test")
    assert card["training_data"]["examples"] == len(examples)
    assert card["training_data"]["sha256"] == data_hash(examples)
    assert card["held_out_families"]["accuracy"] > 0.4
    model = load_model(tmp_path)
    assert (
        model.linear.classes_[int(model.linear.probabilities("Translate into German: hello").argmax())] == "translation"
    )
    assert set(load_pipeline(tmp_path).classes_) == set(model.linear.classes_)


def test_measuring_again_adds_the_confusions_and_leaves_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits = np.array([[2.0, 0.0]] * 6 + [[0.0, 1.0]] * 4)
    held_out = HeldOut(("coding",) * 5 + ("math",) * 5, ("coding", "math"), logits, (1, 2) * 5)
    monkeypatch.setattr(training, "hold_out", lambda _examples, _folds: held_out)
    examples = load_corpus()[::40]
    card = train(examples, tmp_path, folds=2)
    held = card["held_out_families"]
    assert held["confusion"] == {"coding": {"coding": 5}, "math": {"coding": 1, "math": 4}}
    older = {**card, "held_out_families": {k: v for k, v in held.items() if k != "confusion"}}
    del older["folds"]
    (tmp_path / "card.json").write_text(json.dumps(older), "utf-8")
    assert measure_again(examples, tmp_path, folds=2) == card
    (tmp_path / "card.json").write_text(json.dumps({**card, "held_out_families": {**held, "ece": 0.5}}), "utf-8")
    with pytest.raises(ArtefactError, match="do not come out again"):
        measure_again(examples, tmp_path)


def test_the_shipped_cards_confusions_are_those_of_its_figures() -> None:
    held = read_card()["held_out_families"]
    table: dict[str, dict[str, int]] = held["confusion"]
    assert sum(sum(row.values()) for row in table.values()) == held["rows"]
    assert sum(table[i].get(i, 0) for i in table) / held["rows"] == pytest.approx(held["accuracy"], abs=5e-5)
    for intent, f1 in held["f1"].items():
        called = sum(row.get(intent, 0) for row in table.values())
        assert 2 * table[intent][intent] / (called + sum(table[intent].values())) == pytest.approx(f1, abs=5e-4)


def test_the_trusted_types_are_exactly_what_the_file_needs() -> None:
    assert skops.io.get_untrusted_types(file=ARTEFACT_DIR / PIPELINE) == list(TRUSTED_TYPES)


def test_a_changed_pipeline_is_refused(tmp_path: Path) -> None:
    for path in ARTEFACT_DIR.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / PIPELINE).write_bytes(b"something else")
    with pytest.raises(ArtefactError, match="sha256"):
        load_pipeline(tmp_path)


def test_temperature_softens_an_overconfident_model() -> None:
    logits = np.array([[9.0, 0.0]] * 6 + [[0.0, 9.0]] * 4)
    assert fit_temperature(HeldOut(("a",) * 10, ("a", "b"), logits)) > 2


def test_the_data_hash_ignores_order_and_sees_changes() -> None:
    a, b = Example("x", "math", "f"), Example("y", "math", "f")
    assert data_hash([a, b]) == data_hash([b, a])
    assert data_hash([a]) != data_hash([Example("x", "coding", "f")])
