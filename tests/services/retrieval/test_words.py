"""Words as a lexical search compares them."""

from __future__ import annotations

import pytest

from services.retrieval.words import stem, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Invoices of the company", ["invoic", "company"]),
        ("error QX-771!", ["error", "qx-771", "qx", "771"]),
        ("", []),
        ("Größe und Straße", ["größ", "und", "straß"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [("policies", "policy"), ("running", "runs"), ("invoices", "invoice"), ("payment", "pay"), ("stopped", "stop")],
)
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert stem(one) == stem(other)
