"""Making a backup; with a running system in tests/e2e/test_backup.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.backup.archive import manifest_of
from services.backup.create import create
from services.backup.errors import BackupError
from services.backup.record import last_backup
from tests.services.backup.states import a_state, options_of, unseen


def test_what_is_in_it_and_that_it_is_noted(tmp_path: Path) -> None:
    options, target = a_state(tmp_path), tmp_path / "b.tar.gz"
    made = create(options, target, unseen)
    assert set(made.manifest.sha256) == {"state/secrets/master.key", "state/secrets/salt.key", "config/c.yaml"}
    assert manifest_of(target) == made.manifest
    assert made.manifest.versions["litellm"]
    noted = last_backup(options.state.root)
    assert noted is not None
    assert (noted.file, noted.bytes) == (str(target), target.stat().st_size)
    assert target.stat().st_mode & 0o777 == 0o600
    assert {p.name for p in tmp_path.iterdir()} == {"b.tar.gz", "c.yaml", "state"}, "no copy of a secret is left"


def test_secrets_of_the_environment_are_named_and_not_shown(tmp_path: Path) -> None:
    options = replace(a_state(tmp_path), environ={"LITELLM_SALT_KEY": "sk-elsewhere"})
    (warning,) = create(options, tmp_path / "b.tar.gz", unseen).warnings
    assert "LITELLM_SALT_KEY" in warning
    assert "sk-elsewhere" not in warning


def test_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no state in"):
        create(options_of(tmp_path), tmp_path / "b.tar.gz", unseen)
    options = a_state(tmp_path)
    (tmp_path / "there").touch()
    for target, said in (
        (tmp_path / "there", "already there"),
        (options.state.root / "b.tar.gz", "belongs elsewhere"),
        (tmp_path / "nowhere" / "b.tar.gz", "No such file"),
    ):
        with pytest.raises(BackupError, match=said):
            create(options, target, unseen)
