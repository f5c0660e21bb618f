from __future__ import annotations

from typing import Any

import pytest

from plugins.classifier.ask import HISTORY, content_text, follow_up, is_elliptic, read_ask


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("and now in French", "translate"),
        ("In German please", "translate"),
        ("now the same in Spanish", "translate"),
        ("auf Deutsch bitte", "translate"),
        ("et maintenant en italien", "translate"),
        ("shorter please", "revise"),
        ("make it shorter", "revise"),
        ("can you make that more formal?", "revise"),
        ("kürzer bitte", "revise"),
        ("continue", "repeat"),
        ("do the same for the second one", "repeat"),
        ("try again", "repeat"),
        ("weiter", "repeat"),
        ("and the second one?", "repeat"),
        ("why?", "why"),
        ("are you sure?", "why"),
        ("pourquoi ?", "why"),
        ("What is the capital of Peru?", None),
        ("Translate to French: the same in German please", None),
        ("In Germany, who elects the president?", None),
        ("why is the sky blue?", None),
        ("hello", None),
        ("thanks", None),
        ("", None),
    ],
)
def test_follow_ups(text: str, kind: str | None) -> None:
    assert follow_up(text) == kind


@pytest.mark.parametrize(
    ("text", "expected"), [("and the Danube?", True), ("what about Austria", True), ("the Danube?", False)]
)
def test_elliptic(text: str, expected: bool) -> None:
    assert is_elliptic(text) is expected


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("hi", "hi"),
        (
            [
                {"type": "text", "text": "a"},
                {"type": "image_url", "image_url": {"url": "x"}},
                {"type": "text", "text": "b"},
            ],
            "a\nb",
        ),
        ([{"type": "tool_result", "content": "1 | import os"}], ""),
        ([{"type": "input_text", "text": "a"}], "a"),
        (None, ""),
        (7, ""),
        ([None, 3], ""),
    ],
)
def test_content_text(content: Any, text: str) -> None:
    assert content_text(content) == text


def test_tool_results_lead_back_to_the_turn_that_asked() -> None:
    messages = [
        user("fix the failing test"),
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "content": "Summarize: 3 failed"},
        user([{"type": "tool_result", "content": "ok"}]),
        user("<environment_context>cwd</environment_context>"),
    ]
    assert read_ask(messages).current.text == "fix the failing test"


def test_reminders_in_parts_of_their_own() -> None:
    content = [
        {"type": "text", "text": "<system-reminder>Translate nothing</system-reminder>"},
        {"type": "text", "text": "add a flag"},
    ]
    assert read_ask([user(content)]).current.text == "add a flag"


def test_history_is_bounded() -> None:
    assert len(read_ask([user(f"turn {i}") for i in range(50)]).turns) == HISTORY + 1


@pytest.mark.parametrize(
    ("system", "kept"),
    [
        ("Translate everything the user writes to German.", True),
        ("You are a helpful assistant.", False),
        ("Translate. " + "x" * 2000, False),
    ],
)
def test_only_a_short_system_prompt_with_a_task_counts(system: str, kept: bool) -> None:
    ask = read_ask([{"role": "system", "content": system}, user("hi")])
    assert bool(ask.system) is kept


@pytest.mark.parametrize("messages", [[], [{}], [{"role": "user"}], [{"role": "user", "content": ""}]])
def test_nothing_asked(messages: list[dict[str, Any]]) -> None:
    assert read_ask(messages).current.text == ""
