"""Paths, modes and atomic writes of the state directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.supervisor.state import read_json, state_at, write_atomic


def test_a_flag_wins_over_the_environment_and_that_over_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SIGNALBOX_STATE", raising=False)
    assert state_at(None).root == tmp_path / ".signalbox"
    monkeypatch.setenv("SIGNALBOX_STATE", str(tmp_path / "env"))
    assert state_at(None).root == tmp_path / "env"
    assert state_at("flag").root == tmp_path / "flag"


def test_prepare_keeps_secrets_and_run_closed_to_others(tmp_path: Path) -> None:
    state = state_at(tmp_path / "deep" / "state")
    state.prepare()
    state.prepare()
    assert state.secrets.stat().st_mode & 0o777 == 0o700
    assert state.run.stat().st_mode & 0o777 == 0o700
    assert state.log.is_dir()


def test_write_atomic_replaces_and_sets_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    before = path.stat().st_ino
    write_atomic(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_ino != before
    assert path.stat().st_mode & 0o777 == 0o600


def test_write_atomic_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    (path / "x").touch()
    with pytest.raises(OSError, match="folder"):
        write_atomic(path, "text")
    assert os.listdir(tmp_path) == ["folder"]


@pytest.mark.parametrize(("text", "read"), [('{"a": 1}', {"a": 1}), ("{", None), (None, None)])
def test_read_json_is_none_for_what_is_not_there_or_broken(tmp_path: Path, text: str | None, read: object) -> None:
    path = tmp_path / "f.json"
    if text is not None:
        path.write_text(text)
    assert read_json(path) == read
