"""The passages that are shown are those about the question."""

from __future__ import annotations

import pytest

from plugins.litellm_adapter.preparation.relevance import best, choose, clipped, size_of, split
from plugins.routing.tokens import checked_length, tokens_of

PAGES = [f"This is section {i} on gardening, soil and rain. " * 20 for i in range(300)]
PAGES[217] = "The reactor's coolant valve is replaced every 480 days by two technicians. " * 12


def test_the_page_about_the_question_is_shown_although_it_is_far_from_the_head() -> None:
    chosen = choose(PAGES, "How often must the coolant valves be replaced?", 3_000)
    assert 217 in chosen
    assert 0 in chosen
    assert chosen == sorted(chosen)
    assert sum(size_of(PAGES[i]) for i in chosen) <= 3_000


def test_all_is_shown_where_it_fits() -> None:
    assert choose(PAGES[:3], "anything", 10_000) == [0, 1, 2]


@pytest.mark.parametrize("question", ["", "Summarize this", "Zusammenfassung?", "?!"])
def test_without_a_word_in_common_the_whole_document_is_sampled(question: str) -> None:
    chosen = choose(PAGES, question, 6_000)
    assert chosen[0] == 0
    assert chosen[-1] > 250
    assert any(100 < i < 200 for i in chosen)


def test_one_passage_is_shown_even_where_none_fits() -> None:
    assert choose(PAGES, "coolant", 10) == [217]
    assert 0 < size_of(clipped(PAGES[217], 10)) <= 10


def test_nothing_but_signs_is_no_error() -> None:
    assert choose(["---"] * 50, "what?", 20)


@pytest.mark.parametrize("text", ["plain words", "Überall größer, naïve", "漢字かな", "😀" * 7, "half \ud83d"])
def test_sizes_are_those_of_the_router(text: str) -> None:
    if text.isprintable() and "half" not in text:
        assert size_of(text) == tokens_of(checked_length(text))
    assert size_of(text) > 0


@pytest.mark.parametrize("text", ["a\n\nb", "x" * 10_000, "line\n" * 3_000, "word " * 5_000, "", "  \n\n "])
def test_splitting_loses_no_word(text: str) -> None:
    pieces = split(text)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(len(p) <= 1_700 for p in pieces)


def test_the_best_pages_for_pictures() -> None:
    assert 217 in best(PAGES, "coolant valve", 2)
    assert len(best(PAGES, "", 4)) == 4
