from __future__ import annotations

import pytest

from services.console.decision_filter import Cursor, Filter, filter_from, query_of


def test_a_query_and_back() -> None:
    query = {"intent": "math", "tier": "small", "location": "eu-cloud", "data_class": "public", "outcome": "refused"}
    chosen = filter_from({**query, "other": "x"})
    assert chosen == Filter("math", "small", "eu-cloud", "public", "refused")
    assert query_of(chosen, {"before": "7", "after": ""}) == (
        "intent=math&tier=small&location=eu-cloud&data_class=public&outcome=refused&before=7"
    )


@pytest.mark.parametrize("word", ["", "a b", "'; DROP TABLE decisions --", "<script>", "x" * 81, "ä"])
def test_what_cannot_be_valid_is_left_out(word: str) -> None:
    assert filter_from({"intent": word, "outcome": word}).is_empty


@pytest.mark.parametrize(
    ("query", "cursor"),
    [
        ({}, None),
        ({"before": "12"}, Cursor(12, older=True)),
        ({"after": "12"}, Cursor(12, older=False)),
        ({"before": "-1"}, None),
        ({"before": "1" * 19}, None),
        ({"before": "x", "after": "3"}, Cursor(3, older=False)),
    ],
)
def test_cursors(query: dict[str, str], cursor: Cursor | None) -> None:
    assert Cursor.from_query(query) == cursor
