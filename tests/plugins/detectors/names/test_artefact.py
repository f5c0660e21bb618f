import json
import shutil
from pathlib import Path

import pytest

from plugins.detectors.names.artefact import ARTEFACT_DIR, CARD, WEIGHTS, ArtefactError, load_model, write_artefact


def test_the_shipped_one_is_whole_and_small() -> None:
    _, card = load_model()
    assert card["bytes"] == (ARTEFACT_DIR / WEIGHTS).stat().st_size < 5_000_000
    assert {"sentences", "seed", "labels", "data", "method", "limits", "version"} <= card.keys()


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ARTEFACT_DIR, tmp_path / "a")
    with (tmp_path / "a" / WEIGHTS).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ArtefactError, match="sha256"):
        load_model(tmp_path / "a")


@pytest.mark.parametrize("name", [CARD, WEIGHTS])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    shutil.copytree(ARTEFACT_DIR, tmp_path / "a")
    (tmp_path / "a" / name).unlink()
    with pytest.raises(ArtefactError, match="training"):
        load_model(tmp_path / "a")


def test_what_is_written_loads(tmp_path: Path) -> None:
    data = (ARTEFACT_DIR / WEIGHTS).read_bytes()
    card = write_artefact(tmp_path, data, {"seed": 1})
    assert load_model(tmp_path)[1] == card == json.loads((tmp_path / CARD).read_text())
