"""What the shipped book answers and what it leaves alone: ``cases.yaml`` has the sentences."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.answers.book import Entry, load_book
from plugins.answers.match import MIN_SCORE, Matcher

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
ASKED = [(entry, text) for entry, texts in CASES["asked"].items() for text in texts]
DECLINED: list[str] = CASES["declined"]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(load_book())


@pytest.mark.parametrize(("entry", "text"), ASKED)
def test_a_paraphrase_finds_its_answer(matcher: Matcher, entry: str, text: str) -> None:
    found = matcher.best(text)
    assert found.entry is not None, found.score
    assert found.entry.id == entry


@pytest.mark.parametrize("text", DECLINED)
def test_everything_else_is_left_alone(matcher: Matcher, text: str) -> None:
    found = matcher.best(text)
    assert found.entry is None, (found.entry, found.score)
    assert found.score < MIN_SCORE


def test_the_table_is_large_enough_and_not_copied_from_the_book() -> None:
    written = {question for entry in load_book() for question in (*entry.questions, *entry.anchored)}
    fresh = [text for _, text in ASKED if text not in written]
    assert len(fresh) >= 100
    assert len(set(DECLINED)) >= 200


def test_every_question_of_the_book_finds_its_own_entry(matcher: Matcher) -> None:
    lost = [
        (entry.id, question, found.entry and found.entry.id)
        for entry in load_book()
        for question in entry.questions
        if (found := matcher.best(question)).entry != entry
    ]
    assert lost == []


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n", "?!", "👋", "\0", "\ud800", "hello " * 100, "x" * 300, "hi\n\nhi", "a" * 10_000_000],
)
def test_odd_texts_match_nothing(matcher: Matcher, text: str) -> None:
    assert matcher.best(text).entry is None


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    assert 0 <= SMALL.best(text).score <= 1


BOOK = (
    Entry("hours", ("when is the canteen open", "opening hours of the canteen"), "noon"),
    Entry("wifi", ("what is the wifi password",), "ask", anchored=("how do i connect to",)),
    Entry("hi", ("hi",), "hi", social=True),
)


SMALL = Matcher(BOOK)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("When is the canteen open?", "hours"),
        ("when is the cantten open", "hours"),  # one letter off
        ("when is the cantaloupe open", None),
        ("when is the canteen open on sundays", None),
        ("what is the canteen password", None),
        ("hi! what is the wifi password?", "wifi"),
        ("hi what is the wifi password", "wifi"),
        ("how do I connect to signalbox?", "wifi"),
        ("how do I connect?", None),
        ("what is the wifi password? when is the canteen open?", None),  # only small talk may come first
        ("hi. hi. when is the canteen open", "hours"),
    ],
)
def test_own_entries(text: str, entry: str | None) -> None:
    found = SMALL.best(text)
    assert (found.entry.id if found.entry else None) == entry


def test_min_score_is_the_operators_choice() -> None:
    text = "open canteen when is"
    assert Matcher(BOOK, 0.3).best(text).entry == BOOK[0]
    assert Matcher(BOOK, 1.0).best(text).entry is None


def test_it_takes_less_than_a_millisecond(matcher: Matcher) -> None:
    took = []
    for _, text in ASKED:
        started = time.perf_counter()
        matcher.best(text)
        took.append(time.perf_counter() - started)
    assert sorted(took)[len(took) // 2] < 0.001  # measured: 0.1 ms; the rest is for a busy machine
