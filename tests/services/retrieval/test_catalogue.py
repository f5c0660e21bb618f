"""The catalogue on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.retrieval.catalogue import Catalogue
from services.retrieval.records import BatchRecord, FileRecord
from tests.services.retrieval.desk import MATE, ME, OTHER
from tests.services.retrieval.test_records import record

STORE = record(id="vs_1", key_id="key-1", team_id="team-1", metadata={"a": "b"}, expires_days=3)
FILE = FileRecord(
    "vs_1", "file-1", "a.pdf", "in_progress", 5, {"x": "y"}, {"year": 2024.0, "old": False}, batch_id="b1"
)


def test_what_was_put_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Catalogue(tmp_path / "c.sqlite")
    first.put(STORE, FILE, BatchRecord("b1", "vs_1", 5))
    first.close()
    again = Catalogue(tmp_path / "c.sqlite")
    assert again.store("vs_1") == STORE
    assert again.files("vs_1") == again.files("vs_1", "b1") == again.unfinished() == [FILE]
    assert again.batch("vs_1", "b1") == BatchRecord("b1", "vs_1", 5)
    assert again.batch("vs_2", "b1") is None
    assert (tmp_path / "c.sqlite").stat().st_mode & 0o077 == 0


def test_a_store_exists_for_its_key_and_team(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "c.sqlite")
    catalogue.put(STORE)
    assert catalogue.store("vs_1", ME) == catalogue.store("vs_1", MATE) == STORE
    assert catalogue.store("vs_1", OTHER) is None
    assert (catalogue.stores(MATE), catalogue.stores(OTHER)) == ([STORE], [])


def test_a_change_sees_what_is_there_now(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "c.sqlite")
    catalogue.put(replace(FILE, status="completed"))
    seen = []
    catalogue.change(FILE, lambda now: seen.append(now.status))
    assert seen == ["completed"]
    assert catalogue.change(FILE, lambda now: replace(now, tries=3)) == replace(FILE, status="completed", tries=3)
    assert catalogue.remove_file("vs_1", "file-1")
    assert not catalogue.remove_file("vs_1", "file-1")
    assert catalogue.change(FILE, lambda now: now) is None


def test_several_records_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "c.sqlite")
    with pytest.raises(Exception, match="type"):
        catalogue.put(FILE, replace(FILE, file_id="file-2", filename=object()))  # type: ignore[arg-type]
    assert catalogue.files("vs_1") == []
    catalogue.put(STORE, FILE)
    catalogue.remove_store("vs_1")
    assert not catalogue.stores()
    assert not catalogue.files("vs_1")
