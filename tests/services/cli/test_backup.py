"""``signalbox backup`` and ``signalbox restore`` as commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli.main import main
from tests.services.backup.states import a_state


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    a_state(tmp_path / "old")
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "LITELLM_SALT_KEY", "SIGNALBOX_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_there_verified_and_back(folder: Path) -> None:
    made = _call("backup", "--state", "old/state", "--config", "old/c.yaml")
    assert made.exit_code == 0, made.output
    (file,) = folder.glob("signalbox-*.tar.gz")
    assert f"OK: {file.name}, 3 files" in made.output
    assert "every checksum is right" in _call("backup", "--verify", file.name).output
    back = _call("restore", file.name, "--state", "new")
    assert back.exit_code == 0, back.output
    assert "written to litellm_config.yaml" in back.output
    assert (folder / "new/secrets/master.key").read_text() == "sk-1\n"


def test_what_is_wrong_is_said_with_exit_1(folder: Path) -> None:
    (folder / "bad.tar.gz").write_bytes(b"no archive")
    for words in (
        ("backup", "--verify", "bad.tar.gz"),
        ("restore", "bad.tar.gz", "--state", "new"),
        ("backup", "--state", "none"),
    ):
        done = _call(*words)
        assert done.exit_code == 1
        assert done.output.startswith("Error: ")
    assert _call("backup", "--verify").exit_code == 2
    assert not (folder / "new").exists()
