"""The order of the checks, and what holds for all of them."""

from __future__ import annotations

import pytest

from plugins.routing.escalation.answer import Answer, Asked
from plugins.routing.escalation.look import look, look_early

OBJECT = Asked(json=True)


@pytest.mark.parametrize(
    ("asked", "answers", "why"),
    [
        (Asked(), [Answer("fine")], None),
        (Asked(), [], None),
        (Asked(), [Answer("fine"), Answer("")], "empty"),
        (Asked(), [Answer("", refused=True)], None),
        (Asked(), [Answer("", finish_reason="content_filter")], None),
        (OBJECT, [Answer("{'a': 1}")], "invalid_json"),
        (OBJECT, [Answer("")], "empty"),
        (OBJECT, [Answer("I'm sorry, but I can't help with that.")], None),
        (OBJECT, [Answer("{}"), Answer("I can't help with that.")], None),
    ],
)
def test_whole_answers(asked: Asked, answers: list[Answer], why: str | None) -> None:
    assert look(asked, answers) == why


@pytest.mark.parametrize(
    ("asked", "text", "ended", "why"),
    [
        (Asked(), "", True, "empty"),
        (Asked(), " \n", True, "empty"),
        (Asked(), "", False, None),
        (Asked(), "Sure, here", False, None),
        (OBJECT, "Sure, here is your JSON", False, "invalid_json"),
        (OBJECT, "```json\n{", False, "invalid_json"),
        (OBJECT, ' {"a": ', False, None),
        (Asked(json=True, schema={"type": "array"}), "[1", False, None),
        (Asked(modalities=frozenset({"text", "image"})), "I can't see images, so", False, "cannot_see"),
        (Asked(), "I can't see images, so", False, None),
    ],
)
def test_the_beginning_of_a_stream(asked: Asked, text: str, ended: bool, why: str | None) -> None:
    assert look_early(asked, text, ended=ended) == why
