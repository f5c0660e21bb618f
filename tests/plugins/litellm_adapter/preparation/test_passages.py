"""Passages in a prompt, whole and cut."""

from __future__ import annotations

from plugins.litellm_adapter.citations import Source
from plugins.litellm_adapter.preparation.passages import Passages
from plugins.litellm_adapter.preparation.relevance import size_of
from plugins.routing.content import Material


def source(n: int, score: float = 0.8) -> Source:
    return Source("vs", f"file-{n}", f"{n}.pdf", n, "Part", f"Text number {n}. " * 20, score)


def test_they_are_numbered_and_named() -> None:
    made = Passages([source(1), source(2)], "input_text")
    assert isinstance(made.part, Material)
    assert made.part["type"] == "input_text"
    assert "[1] 1.pdf, page 1 (Part)\nText number 1." in made.part["text"]
    assert "say that the files do not hold it" in made.part["text"]
    assert "the nearest" not in made.part["text"]


def test_what_is_far_or_nothing_is_said() -> None:
    assert "these passages are the nearest" in Passages([source(1, 0.1)], "text").part["text"]
    none = Passages([], "text")
    assert "nothing was found" in none.part["text"]
    none.cut(10)
    assert none.shown == []


def test_a_cut_leaves_the_best_and_their_numbers() -> None:
    made = Passages([source(n) for n in range(1, 9)], "text")
    assert made.fit.tokens == size_of(made.part["text"])
    made.cut(300)
    assert size_of(made.part["text"]) <= 300
    assert 1 <= len(made.shown) < 8
    assert [s.file_id for s in made.shown] == [f"file-{n}" for n in range(1, len(made.shown) + 1)]
    made.cut(30)
    assert size_of(made.part["text"]) <= 31
    assert len(made.shown) == 1
