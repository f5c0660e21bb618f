from __future__ import annotations

import time

import pytest

from plugins.routing.tokens import NotTextError, checked_length, tokens_of


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 0),
        ("hi", 1, 1),
        ("word " * 100, 100, 150),
        ("Wie schön, dass Sie da sind. " * 10, 60, 100),
        ("Привет, как у тебя дела сегодня? " * 10, 130, 250),
        ("你好世界" * 10, 30, 60),
    ],
)
def test_estimates_are_in_the_right_region(text: str, low: int, high: int) -> None:
    assert low <= tokens_of(checked_length(text)) <= high


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "ä\udfff"])
def test_what_no_upstream_can_be_sent(text: str) -> None:
    with pytest.raises(NotTextError):
        checked_length(text)


@pytest.mark.parametrize("letter", ["a", "é", "好"])
def test_ten_megabytes_take_no_time(letter: str) -> None:
    text = letter * (10_000_000 // len(letter.encode()))
    start = time.perf_counter()
    checked_length(text)
    assert time.perf_counter() - start < 0.5
