"""The form in which documents come out."""

from __future__ import annotations

import pytest

from services.documents.pages import block, markdown, page, parse_pages, table, text_of


def test_a_page_as_markdown() -> None:
    one = page(
        1,
        [
            block("heading", "Scope\nand aim", level=2),
            block("text", "Words."),
            block("list", "• first"),
            block("code", "x = 1"),
            table([["a", "b\nc"]]),
        ],
    )
    assert markdown(one).split("\n\n") == [
        "## Scope and aim",
        "Words.",
        "- first",
        "```\nx = 1\n```",
        "<table><tr><td>a</td><td>b c</td></tr></table>",
    ]
    assert one["text"].endswith("a | b c")


def test_words_of_a_table_stand_once() -> None:
    blocks = [block("text", "a b"), table([["a", "b"]], inline=False)]
    assert text_of(blocks) == "a b"


def test_boxes_are_rounded() -> None:
    assert block("text", "x", box=(1.234, 2, 3, 4.56))["box"] == [1.2, 2.0, 3.0, 4.6]


@pytest.mark.parametrize(
    ("asked", "pages"), [(None, [1, 2, 3, 4]), ("", [1, 2, 3, 4]), ("2", [2]), ("3-4, 1,3", [1, 3, 4])]
)
def test_pages_asked_for(asked: str | None, pages: list[int]) -> None:
    assert parse_pages(asked, 4) == pages


@pytest.mark.parametrize("asked", ["0", "5", "3-2", "x", "-", "1;2"])
def test_wrong_pages(asked: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_pages(asked, 4)
