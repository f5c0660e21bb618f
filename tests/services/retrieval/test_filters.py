"""Filters as a table."""

from __future__ import annotations

from typing import Any

import pytest

from services.common.errors import ApiError
from services.retrieval.filters import compiled

HELD: dict[str, Any] = {"year": 2024, "kind": "note", "old": False, "date": "2024-05-01"}


def one(type: str, key: str, value: Any) -> dict[str, Any]:
    return {"type": type, "key": key, "value": value}


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        (one("eq", "kind", "note"), True),
        (one("eq", "kind", "letter"), False),
        (one("ne", "kind", "letter"), True),
        (one("ne", "absent", "x"), True),
        (one("eq", "absent", "x"), False),
        (one("eq", "old", False), True),
        (one("eq", "old", 0), False),
        (one("gt", "year", 2023), True),
        (one("gt", "year", 2024), False),
        (one("gte", "year", 2024.0), True),
        (one("lt", "year", 2025), True),
        (one("lte", "year", 2023), False),
        (one("gte", "date", "2024-01-01"), True),
        (one("gt", "kind", 3), False),
        (one("gt", "absent", 3), False),
        (one("in", "year", [2023, 2024]), True),
        (one("nin", "year", [2023, 2024]), False),
        (one("nin", "absent", [1]), True),
        ({"type": "and", "filters": [one("eq", "kind", "note"), one("lt", "year", 2000)]}, False),
        ({"type": "or", "filters": [one("eq", "kind", "note"), one("lt", "year", 2000)]}, True),
        ({"type": "and", "filters": [{"type": "or", "filters": [one("eq", "kind", "note")]}]}, True),
    ],
)
def test_what_fits(given: Any, fits: bool) -> None:
    assert compiled(given)(HELD) is fits


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ("year", "filters"),
        (one("like", "kind", "x"), "filters.type"),
        (one("eq", "", "x"), "filters.key"),
        (one("eq", "kind", None), "filters.value"),
        (one("in", "kind", "x"), "filters.value"),
        ({"type": "and", "filters": []}, "filters.filters"),
        ({"type": "or", "filters": [one("eq", "kind", "x"), 3]}, "filters.filters[1]"),
    ],
)
def test_mistakes_have_their_place(given: Any, param: str) -> None:
    with pytest.raises(ApiError) as caught:
        compiled(given)
    assert (caught.value.status, caught.value.param) == (400, param)


def test_depth_is_bounded() -> None:
    given: Any = one("eq", "kind", "x")
    for _ in range(20):
        given = {"type": "and", "filters": [given]}
    with pytest.raises(ApiError, match="levels"):
        compiled(given)
