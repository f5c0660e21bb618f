from __future__ import annotations

from typing import Any

import pytest

from plugins.skills.rows import Row, RowError, check, is_held_back, read_row, split
from tests.plugins.skills.rows_of import mails, orders


def test_both_shapes_are_read() -> None:
    assert read_row({"text": "a b", "label": " x "}) == Row("a b", "x", {})
    assert read_row({"text": "Order 7", "fields": {"nr": 7, "due": None}}) == Row(
        "Order 7", None, {"nr": "7", "due": None}
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"label": "x"}, '"text" must be'),
        ({"text": " ", "label": "x"}, '"text" must be'),
        ({"text": "a"}, "expected"),
        ({"text": "a", "label": "x", "fields": {"b": "a"}}, "expected"),
        ({"text": "a", "fields": {"b": "not there"}}, "does not stand in the text"),
    ],
)
def test_a_bad_row_says_why(row: dict[str, Any], said: str) -> None:
    with pytest.raises(RowError, match=said):
        read_row(row)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (mails(10), "too few"),
        ([*mails(30), *orders(30)], "mixed"),
        ([Row(str(i), "x", {}) for i in range(30)], "only one label"),
        ([*[Row(str(i), "x", {}) for i in range(30)], Row("b", "y", {})], "'y' has 1 rows"),
    ],
)
def test_what_cannot_be_learned_is_refused(rows: list[Row], said: str) -> None:
    with pytest.raises(RowError, match=said):
        check(rows)


def test_a_fifth_judges_and_is_the_same_at_every_training() -> None:
    train, judge = split(mails(300))
    assert not {row.text for row in train} & {row.text for row in judge}
    assert 0.1 < len(judge) / 300 < 0.35
    assert all(is_held_back(row.text) for row in judge)


def test_a_rare_label_keeps_its_rows_for_training() -> None:
    rare = [Row(text, "rare", {}) for text in map(str, range(60)) if is_held_back(text)][:3]
    train, _ = split([*mails(60), *rare])
    assert [row for row in train if row.label == "rare"] == rare


def test_fields_are_checked_as_labels_are() -> None:
    assert check(orders(60)) == ("order", "due")
