"""When the last backup was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.backup.record import NAME, Record, last_backup, write_record


def test_written_and_read(tmp_path: Path) -> None:
    assert last_backup(tmp_path) is None
    write_record(tmp_path, Record(1.5, "/b.tar.gz", 7))
    assert last_backup(tmp_path) == Record(1.5, "/b.tar.gz", 7)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"at": "x", "file": 1, "bytes": 2}'])
def test_a_damaged_file_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    assert last_backup(tmp_path) is None
