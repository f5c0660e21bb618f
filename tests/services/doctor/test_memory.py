"""Memory, of the machine and of a control group."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.doctor.memory import available_gb, check, grade
from tests.services.doctor.sites import site


@pytest.mark.parametrize(
    ("free", "workers", "running", "wanted"),
    [
        (8.0, 1, False, "ok"),
        (1.5, 1, False, "warn"),
        (0.5, 1, False, "fail"),
        (8.0, 16, False, "warn"),
        (1.0, 16, True, "ok"),
        (0.1, 1, True, "fail"),
    ],
)
def test_grade(free: float, workers: int, running: bool, wanted: str) -> None:
    assert grade(free, workers, running=running).grade == wanted


@pytest.mark.parametrize(
    ("limit", "used", "most"), [("1000000000", "400000000", 0.6), ("max", "1", None), ("nonsense", "x", None)]
)
def test_a_control_group_counts_where_it_allows_less(tmp_path: Path, limit: str, used: str, most: float | None) -> None:
    unlimited = available_gb(tmp_path / "none")
    (tmp_path / "memory.max").write_text(limit)
    (tmp_path / "memory.current").write_text(used)
    found = available_gb(tmp_path)
    assert found == most if most else found == pytest.approx(unlimited, rel=0.2)


def test_check(tmp_path: Path) -> None:
    assert [f.name for f in check(site(tmp_path))] == ["memory"]
