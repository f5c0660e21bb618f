from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skops.io

from plugins.classifier.artefact import ARTEFACT_DIR, PIPELINE, ArtefactError, load_model
from plugins.classifier.corpus import Example, load_corpus
from plugins.classifier.training import TRUSTED_TYPES, HeldOut, data_hash, fit_temperature, load_pipeline, train


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
