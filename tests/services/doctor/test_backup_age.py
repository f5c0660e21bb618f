"""The last backup's age."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.backup.record import Record, write_record
from services.doctor.backup_age import check, grade
from tests.services.doctor.sites import site

DAY = 86400.0


@pytest.mark.parametrize(
    ("record", "anything", "wanted"),
    [
        (None, False, "ok"),
        (None, True, "warn"),
        (Record(0.0, "/b.tar.gz", 5), True, "ok"),
        (Record(-7 * DAY, "/b.tar.gz", 5), True, "warn"),
    ],
)
def test_grade(record: Record | None, anything: bool, wanted: str) -> None:
    assert grade(record, DAY, anything=anything).grade == wanted


def test_check(tmp_path: Path) -> None:
    one = site(tmp_path)
    one.state.prepare()
    (one.state.secrets / "salt.key").touch()
    assert [f.grade for f in check(one)] == ["warn"]
    write_record(one.state.root, Record(4e9, "/b.tar.gz", 5))
    assert [f.grade for f in check(one)] == ["ok"]
