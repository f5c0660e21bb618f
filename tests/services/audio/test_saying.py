"""Texts are divided where one would breathe, and spoken at any speed."""

from __future__ import annotations

import numpy as np
import pytest

from services.audio.saying import LONGEST, pieces, spoken, stretched
from services.audio.sound_file import RATE
from services.audio.voices import Voice

VOICE = Voice("espeak-ng", "en-us")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("No end", ["No end"]),
        ("Pi is 3.14 today.\nNew line", ["Pi is 3.14 today.", "New line"]),
        ("他说。好！", ["他说。", "好！"]),
        ('He said "Stop." Then left.', ['He said "Stop."', "Then left."]),
        (" \n ", []),
        ("...", ["..."]),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert list(pieces(text)) == parts


def test_a_long_sentence_is_divided_at_commas_then_spaces_then_anywhere() -> None:
    commas = ", ".join(["some words here"] * 40)
    assert all(len(p) <= LONGEST for p in pieces(commas))
    assert all(p.endswith(",") for p in list(pieces(commas))[:-1])
    assert " ".join(pieces(commas)) == commas
    assert "".join(pieces("x" * 1000)) == "x" * 1000


@pytest.mark.parametrize("speed", [0.25, 0.5, 2.0, 4.0])
def test_speeds(speed: float) -> None:
    text = "The quick brown fox jumps over the lazy dog and runs away."
    usual = sum(map(len, spoken(text, VOICE, 1.0)))
    assert sum(map(len, spoken(text, VOICE, speed))) == pytest.approx(usual / speed, rel=0.2)
    assert 2 < usual / 2 / RATE < 6


def test_stretching_keeps_the_pitch() -> None:
    time = np.arange(RATE) / RATE
    tone = (8000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16)
    slow = stretched(tone, RATE, 0.5)
    assert len(slow) == pytest.approx(2 * len(tone), rel=0.05)
    spectrum = np.abs(np.fft.rfft(slow[RATE // 2 : RATE // 2 + RATE]))
    assert int(np.argmax(spectrum)) == pytest.approx(440, abs=5)


def test_nothing_to_hear_is_nothing() -> None:
    assert list(spoken(" \n", VOICE, 1.0)) == []
