from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from plugins.classifier.artefact import (
    ARTEFACT_DIR,
    CARD,
    PIPELINE,
    WEIGHTS,
    ArtefactError,
    load_model,
    read_card,
    write_artefact,
)
from plugins.routing.types import INTENTS


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ARTEFACT_DIR, tmp_path / "model"))


def test_the_shipped_model_loads() -> None:
    model = load_model()
    assert set(model.linear.classes_) == {*INTENTS, "unsure"}
    assert 0 < model.threshold < 1
    assert model.version


@pytest.mark.parametrize("name", [WEIGHTS, PIPELINE])
def test_the_shipped_files_are_small(name: str) -> None:
    assert (ARTEFACT_DIR / name).stat().st_size < 5_000_000


def test_the_card_tells_what_was_measured() -> None:
    card = read_card()
    assert {"sha256", "training_data", "held_out_families", "threshold", "date", "libraries", "version"} <= set(card)
    assert {"accuracy", "ece", "coverage", "precision"} <= set(card["held_out_families"])


def test_a_changed_file_is_refused(copied: Path) -> None:
    data = bytearray((copied / WEIGHTS).read_bytes())
    data[100] ^= 1
    (copied / WEIGHTS).write_bytes(data)
    with pytest.raises(ArtefactError, match="sha256"):
        load_model(copied)


def test_a_digest_that_is_missing_is_refused(copied: Path) -> None:
    card = json.loads((copied / CARD).read_text())
    del card["sha256"][WEIGHTS]
    (copied / CARD).write_text(json.dumps(card))
    with pytest.raises(ArtefactError, match="sha256"):
        load_model(copied)


@pytest.mark.parametrize("name", [WEIGHTS, CARD])
def test_a_missing_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(ArtefactError, match=name):
        load_model(copied)


def test_writing_adds_digests_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    card = write_artefact(tmp_path, {WEIGHTS: b"abc"}, {"threshold": 0.5})
    assert card["sha256"][WEIGHTS].startswith("ba7816bf")
    assert sorted(path.name for path in tmp_path.iterdir()) == [CARD, WEIGHTS]
