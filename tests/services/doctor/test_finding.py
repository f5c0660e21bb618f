"""Grades by bounds."""

from __future__ import annotations

import pytest

from services.doctor.finding import Finding, graded


@pytest.mark.parametrize(("figure", "grade"), [(0.9, "fail"), (1.0, "warn"), (4.9, "warn"), (5.0, "ok")])
def test_bounds(figure: float, grade: str) -> None:
    found = graded("x", figure, warn=5, fail=1, what="w", todo="t")
    assert found == Finding("x", grade, "w", "" if grade == "ok" else "t")  # type: ignore[arg-type]
