"""Atomic writes, secrets, locks."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.database.files import StateInUseError, exclusive, read_or_make_secret, write_atomic


def test_a_write_is_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"
    write_atomic(file, "one", mode=0o640)
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == ("one", 0o640)
    with pytest.raises(UnicodeEncodeError):
        write_atomic(file, "\ud800")
    assert file.read_text(encoding="utf-8") == "one"
    assert [path.name for path in file.parent.iterdir()] == ["file"]


def test_a_secret_is_made_once_whoever_asks(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "a"
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: read_or_make_secret(file), range(8)))
    assert found == {read_or_make_secret(file)}
    assert len(found.pop()) >= 40
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    file.write_text(" given \n", encoding="ascii")
    assert read_or_make_secret(file) == "given"


def test_a_lock_names_its_holder_and_ends(tmp_path: Path) -> None:
    lock = tmp_path / "run" / "lock"
    with exclusive(lock), pytest.raises(StateInUseError, match=r"process \d+ already runs"), exclusive(lock):
        raise AssertionError("both hold it")
    with exclusive(lock):
        pass
