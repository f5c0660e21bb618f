"""Bringing a backup back; with a running system in tests/e2e/test_backup.py."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from services.backup import archive, postgres
from services.backup.bring_back import restore
from services.backup.create import create
from services.backup.errors import BackupError
from services.supervisor.lock import owned
from tests.services.backup.states import a_state, options_of, unseen


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return create(a_state(tmp_path / "old"), tmp_path / "b.tar.gz", unseen).file


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_into_nothing(tmp_path: Path, file: Path) -> None:
    (tmp_path / "new").mkdir()
    options = options_of(tmp_path / "new")
    done = restore(options, file, unseen)
    assert _tree(options.state.root) == {"secrets/master.key": b"sk-1\n", "secrets/salt.key": b"sk-2\n"}
    for path, mode in ((options.state.secrets, 0o700), (options.state.secrets / "salt.key", 0o600)):
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert (done.config, done.aside) == (tmp_path / "new" / "c.yaml", None)


def test_a_state_that_is_there_is_refused_or_set_aside(tmp_path: Path, file: Path) -> None:
    options = a_state(tmp_path / "new")
    (options.state.secrets / "master.key").write_text("sk-other\n")
    (tmp_path / "new" / "c.yaml").write_text("gateway: {headers: basic}\n")
    before = _tree(options.state.root)
    with pytest.raises(BackupError, match="is not empty"):
        restore(options, file, unseen)
    assert _tree(options.state.root) == before
    done = restore(options, file, unseen, replace=True)
    assert done.aside is not None
    assert _tree(done.aside) == before
    assert (options.state.secrets / "master.key").read_text() == "sk-1\n"
    assert done.config == tmp_path / "new" / "c.yaml.restored", "an edited file is never overwritten"


def test_a_running_one_is_refused_also_with_replace(tmp_path: Path, file: Path) -> None:
    options = a_state(tmp_path / "new")
    with owned(options.state.lock), pytest.raises(BackupError, match="running `signalbox up`"):
        restore(options, file, unseen, replace=True)


@pytest.mark.parametrize("there", [False, True])
def test_a_failure_leaves_all_as_it_was(tmp_path: Path, file: Path, there: bool) -> None:
    (tmp_path / "new").mkdir()
    options = a_state(tmp_path / "new") if there else options_of(tmp_path / "new")
    before = _tree(tmp_path / "new")
    whole = file.read_bytes()
    file.write_bytes(whole[:-30] + b"x" * 30)
    with pytest.raises(BackupError):
        restore(options, file, unseen, replace=there)
    assert _tree(tmp_path / "new") == before
    assert options.state.root.exists() is there


def test_a_newer_schema_is_refused(tmp_path: Path, file: Path) -> None:
    manifest = replace(archive.manifest_of(file), migrations=["99990101_future"])
    out = tmp_path / "out"
    archive.read(file, out, lambda _: None)
    archive.write(file, manifest, {name: out / name for name in manifest.sha256}, lambda _: None)
    (tmp_path / "new").mkdir()
    with pytest.raises(BackupError, match="newer version"):
        restore(options_of(tmp_path / "new"), file, unseen)


def test_a_database_of_the_users_must_be_empty(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "is_empty", lambda _: False)
    (tmp_path / "new").mkdir()
    with pytest.raises(BackupError, match="DATABASE_URL is not empty"):
        restore(options_of(tmp_path / "new", {"DATABASE_URL": "postgresql://h/x"}), file, unseen)
