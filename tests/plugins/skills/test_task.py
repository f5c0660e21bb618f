from __future__ import annotations

from typing import Any

import pytest

from plugins.skills.task import marked, skill_of, text_of

MARKS = ("is this e-mail a lead",)


def said(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"role": role, "content": text} for role, text in pairs]


@pytest.mark.parametrize(
    ("messages", "task"),
    [
        (said(("system", "You decide: is this   E-mail a lead?"), ("user", "hello")), True),
        (said(("user", "Is this e-mail a lead? Hello, what does it cost")), True),
        (said(("user", "Hello, what does it cost. Is this e-mail a lead")), True),
        (said(("user", "He asked: is this e-mail a lead or what, and left")), False),
        (said(("user", "hello")), False),
        (said(("user", "is this e-mail a lead"), ("assistant", "no"), ("user", "is this e-mail a lead")), False),
    ],
)
def test_what_marks_a_task(messages: list[dict[str, Any]], task: bool) -> None:
    assert marked(messages, MARKS) is task


def test_the_text_is_the_last_turn_without_its_mark() -> None:
    assert text_of(said(("user", "Is this e-mail a lead: Hello, we buy")), MARKS) == "Hello, we buy"
    assert text_of(said(("user", "Hello, we buy. is this e-mail a lead")), MARKS) == "Hello, we buy"
    assert text_of(said(("user", "a"), ("user", "b")), ()) == "b"
    assert text_of([], MARKS) == ""


def test_names_of_models() -> None:
    assert (skill_of("skill/lead"), skill_of("auto")) == ("lead", None)
