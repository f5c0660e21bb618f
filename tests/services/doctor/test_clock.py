"""The clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.doctor.clock import check, grade
from tests.services.doctor.sites import site

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("now", "drift", "newest", "wanted"),
    [
        (NOW, 0.001, NOW - 5, "ok"),
        (0.0, 0.0, 0.0, "fail"),
        (NOW * 4, 0.0, 0.0, "fail"),
        (NOW, 0.0, NOW + 7200, "warn"),
        (NOW, -0.2, 0.0, "warn"),
    ],
)
def test_grade(now: float, drift: float, newest: float, wanted: str) -> None:
    assert grade(now, drift, newest).grade == wanted


def test_check(tmp_path: Path) -> None:
    assert [f.name for f in check(site(tmp_path))] == ["clock"]
