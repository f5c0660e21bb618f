import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from plugins.detectors.names.features import BUCKETS, Gazetteer
from plugins.detectors.names.generate import Sentence
from plugins.detectors.names.pools import Pools
from plugins.detectors.names.tokens import LABELS
from plugins.detectors.names.training import labels_of, matrix, plain_sentences, train
from plugins.detectors.span import Span


def test_labels_of_tokens() -> None:
    words, labels = labels_of(Sentence("ask Jo Poe now", (Span(4, 10, "person"),)))
    assert words == ["ask", "Jo", "Poe", "now"]
    assert [LABELS[i] for i in labels] == ["O", "person", "person", "O"]


def test_plain_sentences_hold_no_names_or_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: [please ask Anna about it, please ask about it, it is 5 pm, 'Why? Because.']")
    assert plain_sentences(tmp_path) == ["Why? Because.", "please ask about it"]
    assert len(plain_sentences()) > 500


def test_a_row_a_token() -> None:
    found = matrix([["a", "b"], [], ["c"]], Gazetteer({}))
    assert found.shape == (3, BUCKETS)
    assert np.asarray(found.sum(axis=1)).min() > 8


def test_it_trains(pools: Pools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pools, "make", lambda _seed: pools)
    model, facts = train(250, seed=5)
    assert facts["accuracy_made_up"] > 0.7  # type: ignore[operator]
    assert model.probabilities(["My", "name", "is", "Anna"]).shape == (4, len(LABELS))


def test_what_serves_imports_neither_scikit_learn_nor_faker() -> None:
    code = "import sys, plugins.detectors.finder; print([m for m in ('sklearn', 'faker', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
