"""The one error of a backup."""

from __future__ import annotations

from services.backup.errors import BackupError


def test_it_is_told_apart_from_faults_of_the_program() -> None:
    assert str(BackupError("take another")) == "take another"
    assert not issubclass(BackupError, OSError | ValueError | RuntimeError)
