"""Answers that quote."""

from __future__ import annotations

import pytest

from services.retrieval.chat_routes import Message
from services.retrieval.extractive import NOTHING, answer, pieces_of, question_and_material
from services.retrieval.minilm.encoder import Encoder

FOUND = """Passages from stored files.

[1] house.pdf, page 3 (Opening hours)
The library is in the old town hall. It closes at nine in the evening. Dogs stay outside.

[2] house.pdf, page 7
The boiler was made in 1954 and burns oil.
"""


def test_the_best_passage_is_quoted_with_page_and_score(encoder: Encoder) -> None:
    said = answer(encoder, "When does the library close?", FOUND)
    assert "It closes at nine in the evening." in said
    assert "[1] house.pdf, page 3" in said
    assert "(score 0." in said
    assert "boiler" not in said
    assert "not written by a language model" in said


@pytest.mark.parametrize("question", ["How deep is the Mariana Trench?", "qzx"])
def test_what_is_not_there_is_not_answered(encoder: Encoder, question: str) -> None:
    assert answer(encoder, question, FOUND) == NOTHING
    assert answer(encoder, question, " ") == NOTHING


def test_pages_of_a_document_are_passages() -> None:
    made = pieces_of("[Page 1]\nOne.\n[Page 2]\n" + "Long sentence here. " * 100)
    assert made[0].mark == "[Page 1]"
    assert {p.mark for p in made[1:]} == {"[Page 2]"}
    assert all(len(p.text) <= 1000 for p in made)
    assert pieces_of("no marks at all")[0].mark == ""


def test_the_question_is_what_was_said_last() -> None:
    parts = [{"type": "text", "text": FOUND}, {"type": "text", "text": "When?"}]
    messages = [Message(role="system", content="Be brief."), Message(role="user", content=parts)]
    assert question_and_material(messages) == ("When?", FOUND)
    assert question_and_material([Message(role="system", content="x")]) == ("", "")
