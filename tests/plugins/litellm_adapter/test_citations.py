"""Annotations as a table, and where they are put."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from plugins.litellm_adapter.citations import (
    MEMORY,
    Found,
    Source,
    citations_in,
    cite,
    cite_chunk,
    piece,
    search_item,
    whole,
)

SOURCES = [
    Source("vs", "file-1", "house.pdf", 3, "Hours", "The library closes at nine. Dogs stay outside.", 0.8),
    Source("vs", "file-2", "boiler.pdf", 7, "", "The boiler burns oil.", 0.5, {"year": 2024}),
]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("It closes at nine [1].", [("file-1", 18)]),
        ("At nine [1], and it burns oil [2][1].", [("file-1", 8), ("file-2", 30)]),
        ("At nine 【1†house.pdf】.", [("file-1", 8)]),
        ("As said in [7], nothing.", [("file-1", 24)]),
        ("The boiler burns oil.", [("file-2", 21)]),
        ("xyzzy", [("file-1", 5)]),
        ("", []),
    ],
    ids=["one", "two, each once", "OpenAI's own marks", "a number that is none", "by words", "the best", "nothing"],
)
def test_what_is_cited_where(text: str, cited: list[tuple[str, int]]) -> None:
    assert [(c["file_id"], c["index"]) for c in citations_in(text, SOURCES)] == cited


def test_a_citation_has_page_and_quote() -> None:
    (first,) = citations_in("The library closes at nine [1].", SOURCES)
    assert first == {
        "type": "file_citation", "file_id": "file-1", "filename": "house.pdf", "index": 27, "page": 3,
        "quote": "The library closes at nine.",
    }  # fmt: skip
    assert citations_in("text", []) == []


def responses_answer() -> Any:
    part: dict[str, Any] = {"type": "output_text", "text": "It burns oil [2].", "annotations": []}
    return SimpleNamespace(output=[SimpleNamespace(type="message", content=[part])]), part


def test_both_shapes_of_an_answer() -> None:
    found = Found(["when?"], SOURCES, results=True)
    message = SimpleNamespace(content="At nine [1].", annotations=None)
    cite(SimpleNamespace(choices=[SimpleNamespace(message=message)]), found)
    assert message.annotations[0]["page"] == 3
    answer, part = responses_answer()
    whole({MEMORY: found}, answer)
    whole({MEMORY: found}, answer)
    whole({}, None)
    piece({}, None)
    assert [getattr(i, "type", None) or i["type"] for i in answer.output] == ["file_search_call", "message"]
    assert answer.output[0]["results"][1]["attributes"] == {"year": 2024}
    assert part["annotations"][0]["file_id"] == "file-2"
    assert search_item(Found(["q"], SOURCES, results=False))["results"] is None


def test_streams_are_cited_at_their_end() -> None:
    found = Found(["when?"], SOURCES, results=False)
    deltas = [SimpleNamespace(content=text) for text in ("At ni", "ne [1].", None)]
    for delta, reason in zip(deltas, (None, None, "stop"), strict=True):
        piece({MEMORY: found}, {"choices": [{"delta": delta, "finish_reason": reason}]})
    assert deltas[2].annotations[0]["index"] == 8
    assert not hasattr(deltas[0], "annotations")
    answer, part = responses_answer()
    cite_chunk(SimpleNamespace(type="response.incomplete", response=answer), found)
    assert part["annotations"][0]["page"] == 7
