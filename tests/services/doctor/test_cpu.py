"""Cores against workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.doctor.cpu import check, grade
from tests.services.doctor.sites import site


@pytest.mark.parametrize(
    ("cores", "load", "workers", "wanted", "said"),
    [(4, 1.0, 4, "ok", ""), (2, 0.0, 3, "warn", "--workers 2"), (2, 4.5, 1, "warn", "top")],
)
def test_grade(cores: int, load: float, workers: int, wanted: str, said: str) -> None:
    found = grade(cores, load, workers)
    assert found.grade == wanted
    assert said in found.todo


def test_check(tmp_path: Path) -> None:
    assert [f.name for f in check(site(tmp_path))] == ["cpu"]
