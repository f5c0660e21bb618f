from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from plugins.classifier.artefact import ARTEFACT_DIR, load_model
from plugins.classifier.features import truncate
from plugins.classifier.generate import generate
from plugins.classifier.inference import from_bytes, to_bytes
from plugins.classifier.training import load_pipeline


def test_it_agrees_with_the_scikit_learn_pipeline() -> None:
    texts = [example.text for example in generate(seed=99, scale=0.05)]
    assert len(texts) >= 200
    pipeline, linear = load_pipeline(ARTEFACT_DIR), load_model().linear
    assert tuple(pipeline.classes_) == linear.classes_
    expected = pipeline.predict_proba(texts)
    found = linear.predict_proba([truncate(text, 2000)[0] for text in texts])
    assert np.abs(expected - found).max() < 0.01
    assert (expected.argmax(axis=1) == found.argmax(axis=1)).mean() > 0.995


def test_probabilities_sum_to_one() -> None:
    linear = load_model().linear
    for text in ("", "hello", "Translate to French: hello"):
        assert linear.probabilities(text).sum() == pytest.approx(1, abs=1e-5)


def test_bytes_round_trip() -> None:
    linear = load_model().linear
    again = from_bytes(to_bytes(linear))
    assert again.probabilities("Write a poem").tolist() == linear.probabilities("Write a poem").tolist()


def test_other_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        from_bytes(b"not a model")


def test_serving_never_imports_scikit_learn() -> None:
    code = (
        "import sys; from plugins.classifier.artefact import load_model; load_model().linear.probabilities('hi');"
        "print([m for m in ('sklearn', 'scipy', 'skops') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
