"""Room on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.doctor.disk import check, room
from tests.services.doctor.sites import site


@pytest.mark.parametrize(("free", "grade"), [(0.4, "fail"), (3.0, "warn"), (50.0, "ok")])
def test_room(free: float, grade: str) -> None:
    found = room("disk", Path("/x"), free)
    assert found.grade == grade
    assert f"{free:.1f} GB" in found.what


def test_a_folder_that_is_not_there_yet_is_measured_at_its_parent_and_a_disk_once(tmp_path: Path) -> None:
    (found,) = check(site(tmp_path))
    assert str(tmp_path) in found.what
