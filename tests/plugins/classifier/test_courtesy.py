from __future__ import annotations

import pytest

from plugins.classifier.courtesy import without_courtesy


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Please translate this to French: hello", "translate this to French: hello"),
        ("Hi there! Could you please write a poem about rain? Thank you!", "write a poem about rain?"),
        ("If you have a moment: what is two plus two", "what is two plus two"),
        ("Könntest du das bitte kürzer machen, danke", "Könntest du das bitte kürzer machen"),
        ("Kannst du mir sagen wer das war?", "sagen wer das war?"),
        ("What is the capital of Peru, please", "What is the capital of Peru"),
    ],
)
def test_courtesies_go(text: str, left: str) -> None:
    assert without_courtesy(text) == left


@pytest.mark.parametrize(
    "text", ["thanks a lot", "hi", "hello there", "please", "", "Can you swim in cold water at all?x"]
)
def test_what_is_nothing_else_stays(text: str) -> None:
    assert without_courtesy(text) == text or len(without_courtesy(text).split()) >= 3


def test_pasted_text_keeps_its_own_courtesies() -> None:
    text = "Summarize this mail.\n\nDear Ms. Roe, thank you for the visit. We will be in touch.\nBest, Al"
    assert without_courtesy(text) == text
