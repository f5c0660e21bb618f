"""Documents as chunks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from services.retrieval.chunking import Chunk, chunks_of


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def block(kind: str, text: str, level: int = 1) -> dict[str, Any]:
    return {"kind": kind, "text": text, "level": level}


def document(*pages: list[dict[str, Any]], kind: str = "pdf") -> dict[str, Any]:
    told = [{"number": n, "text": " ".join(b["text"] for b in p), "blocks": p} for n, p in enumerate(pages, start=1)]
    return {"kind": kind, "pages": told}


def test_headings_hold_over_pages_until_another_of_their_level() -> None:
    made = chunks_of(
        document(
            [block("heading", "Safety"), block("heading", "Fire", 2), block("text", "Call for help.")],
            [block("text", "Leave the house.")],
            [block("heading", "Water", 2), block("text", "Tap."), block("heading", "Costs"), block("text", "Low.")],
        ),
        words, 100, 20,
    )  # fmt: skip
    assert made == [
        Chunk("Call for help.", "Safety > Fire", 1),
        Chunk("Leave the house.", "Safety > Fire", 2),
        Chunk("Tap.", "Safety > Water", 3),
        Chunk("Low.", "Costs", 3),
    ]
    assert made[0].indexed == "Safety > Fire\nCall for help."


def test_sentences_stay_whole_and_overlap() -> None:
    text = " ".join(f"Sentence number {i} is here." for i in range(20))
    made = chunks_of(document([block("text", text)]), words, 20, 10)
    assert all(len(c.text.split()) <= 20 and c.text.endswith("here.") for c in made)
    for before, after in pairwise(made):
        assert after.text.split(". ")[0] in before.text
    assert {f"number {i} is" for i in range(20)} <= {p for c in made for p in _numbers(c.text)}
    apart = chunks_of(document([block("text", text)]), words, 20, 0)
    assert sum(len(c.text.split()) for c in apart) == 100


def _numbers(text: str) -> list[str]:
    parts = text.split("Sentence ")
    return [" ".join(p.split()[:3]) for p in parts if p]


def test_what_has_no_end_is_cut() -> None:
    made = chunks_of(document([block("text", "word " * 95)]), words, 20, 5)
    assert all(len(c.text.split()) <= 20 for c in made)
    assert sum(len(c.text.split()) for c in made) >= 95
    long = chunks_of(document([block("text", "x" * 900)]), lambda ts: [len(t) for t in ts], 100, 0)
    assert "".join(c.text for c in long) == "x" * 900


def test_tables_stay_whole_and_long_ones_keep_their_head() -> None:
    small = "name | price\npump | 3\nvalve | 4"
    assert [c.text for c in chunks_of(document([block("table", small)]), words, 10, 2)] == [small]
    rows = "\n".join(["name | price", *(f"part {i} | {i}" for i in range(100))])
    made = chunks_of(document([block("table", rows)]), words, 30, 5)
    assert len(made) > 5
    assert all(c.text.startswith("name | price\npart") for c in made)
    assert sum(c.text.count("\npart") for c in made) == 100


def test_pages_without_blocks_and_texts_without_pages() -> None:
    plain = {"kind": "text", "pages": [{"number": 1, "text": "One. Two."}]}
    assert chunks_of(plain, words, 50, 5) == [Chunk("One. Two.", "", None)]
    assert chunks_of(document([block("heading", "Only a title")]), words, 50, 5)[0].text == "Only a title"
    assert chunks_of({"kind": "pdf", "pages": [{"number": 1, "text": " \0"}]}, words, 50, 5) == []
