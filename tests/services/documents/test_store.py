"""Files are kept for their owners, within quotas, until they expire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.backup.collect import files_of, still_copy
from services.documents.store import Owner, Store, StoredFile, StoreFull
from tests.support.clock import Clock

ANNA, BEN, CARL = Owner("anna", "red"), Owner("ben", "red"), Owner("carl")


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000.0)


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    return Store(tmp_path / "documents", 100, 3, clock)


def _add(store: Store, tmp_path: Path, owner: Owner = ANNA, size: int = 10, **more: Any) -> StoredFile:
    source = tmp_path / "upload"
    source.write_bytes(b"x" * size)
    given = {
        "filename": "a.pdf", "media_type": "application/pdf", "purpose": "user_data", "size": size, "sha256": "0",
        "data_class": "internal", "expires_at": None,
    }  # fmt: skip
    return store.add(owner, source, **{**given, **more})


def test_a_backup_comes_back_with_bytes_and_owners(store: Store, tmp_path: Path, clock: Clock) -> None:
    made = _add(store, tmp_path)
    for path in list(files_of(tmp_path / "documents")):
        still_copy(path, tmp_path / "copy" / path.relative_to(tmp_path / "documents"))
    again = Store(tmp_path / "copy", 100, 3, clock)
    assert again.get(ANNA, made.id) == made
    assert again.path(made.id).read_bytes() == b"x" * 10
    assert again.get(CARL, made.id) is None


def test_a_file_is_seen_by_its_key_its_team_and_administrators(store: Store, tmp_path: Path) -> None:
    made = _add(store, tmp_path)
    assert store.path(made.id).read_bytes() == b"x" * 10
    for owner, seen in (
        (ANNA, True),
        (BEN, True),
        (CARL, False),
        (Owner("carl", "blue"), False),
        (Owner("x", None, True), True),
    ):
        assert (store.get(owner, made.id) == made) is seen
        assert (store.listed(owner, purpose=None, after=None, limit=9, ascending=False)[0] == [made]) is seen
    assert store.delete(CARL, made.id) is False
    assert store.delete(BEN, made.id) is True
    assert not store.path(made.id).exists()
    assert store.get(ANNA, made.id) is None


def test_quotas_hold_for_each_key(store: Store, tmp_path: Path) -> None:
    _add(store, tmp_path, size=90)
    with pytest.raises(StoreFull, match="MiB"):
        _add(store, tmp_path, size=11)
    for _ in range(2):
        _add(store, tmp_path, size=1)
    with pytest.raises(StoreFull, match="3 files"):
        _add(store, tmp_path, size=1)
    _add(store, tmp_path, CARL, size=90)


def test_what_has_expired_is_gone(store: Store, tmp_path: Path, clock: Clock) -> None:
    made = _add(store, tmp_path, expires_at=1_060)
    clock.now = 1_059
    assert store.get(ANNA, made.id) is not None
    clock.now = 1_060
    assert store.get(ANNA, made.id) is None
    assert not store.path(made.id).exists()


def test_a_class_is_raised_and_never_lowered(store: Store, tmp_path: Path) -> None:
    made = _add(store, tmp_path)
    for given, expected in (("public", "internal"), ("restricted", "restricted"), ("internal", "restricted")):
        store.mark(made.id, given, "encrypted")
        found = store.get(ANNA, made.id)
        assert found is not None
        assert (found.data_class, found.problem) == (expected, "encrypted")


def test_pages_of_a_list(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path / "documents", 10_000, 100, clock)
    made = []
    for number in range(5):
        clock.now = 1_000 + number // 2
        made.append(_add(store, tmp_path, purpose="vision" if number == 4 else "user_data").id)
    seen: list[str] = []
    more, after = True, None
    while more:
        files, more = store.listed(ANNA, purpose=None, after=after, limit=2, ascending=True)
        seen += [f.id for f in files]
        after = files[-1].id
    assert sorted(seen) == sorted(made)
    assert len(seen) == 5
    assert [f.id for f in store.listed(ANNA, purpose="vision", after=None, limit=9, ascending=False)[0]] == [made[4]]


def test_it_is_there_after_a_restart_and_strays_are_not(store: Store, tmp_path: Path) -> None:
    made = _add(store, tmp_path)
    store.path("file-stray").write_bytes(b"half")
    store.close()
    again = Store(tmp_path / "documents", 100, 3)
    assert again.get(ANNA, made.id) == made
    assert not again.path("file-stray").exists()
    assert (tmp_path / "documents" / "files.sqlite").stat().st_mode & 0o077 == 0
    again.close()
