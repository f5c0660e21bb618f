"""Text and Markdown as blocks."""

from __future__ import annotations

import pytest

from services.retrieval.plain_text import document_of, is_plain

MARKDOWN = """# Title

First line
second line

| a | b |
|---|---|
| 1 | 2 |

## Part
```
# no heading
```
Last.
"""


@pytest.mark.parametrize(
    ("kind", "name", "plain"),
    [
        ("text/plain; charset=utf-8", "x", True),
        ("text/markdown", "x", True),
        ("application/octet-stream", "a.MD", True),
        ("", "a.txt", True),
        ("", "a.pdf", False),
        ("application/pdf", "a.txt", False),
        ("text/html", "a.html", False),
    ],
)
def test_what_counts_as_text(kind: str, name: str, plain: bool) -> None:
    assert is_plain(kind, name) is plain


def test_markdown_has_headings_tables_and_code() -> None:
    made = document_of(MARKDOWN.encode(), "a.md")
    assert made is not None
    kinds = [(b["kind"], b["text"].split("\n")[0]) for b in made["pages"][0]["blocks"]]
    assert kinds == [
        ("heading", "Title"), ("text", "First line"), ("table", "| a | b |"), ("heading", "Part"), ("code", "```"),
        ("text", "Last."),
    ]  # fmt: skip


def test_text_has_paragraphs_and_other_bytes_are_for_others() -> None:
    made = document_of("One.\n\n# two".encode("utf-8-sig"), "a.txt")
    assert made is not None
    assert [b["text"] for b in made["pages"][0]["blocks"]] == ["One.", "# two"]
    for content in (b"\xff\xfe", b"a\0b", b"%PDF-1.7", b"<html>"):
        assert document_of(content, "a.txt") is None
