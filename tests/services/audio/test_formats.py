"""Every response format to the byte, against fixtures written from OpenAI's published reference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import srt
import webvtt

from services.audio.engine import Segment, Wish, Word
from services.audio.formats import Format, delta, done, rendered
from services.audio.listening import Transcript

FIXTURES = Path(__file__).with_name("formats")
SAID = Transcript(
    (
        Segment(" The beach was quiet.", 0.0, 3.32, (440, 7534, 390, 5623), -0.2869, (
            Word("The", 0.0, 0.24), Word("beach", 0.24, 0.81), Word("was", 0.81, 1.1), Word("quiet.", 1.1, 3.32))),
        Segment(" Grüße --> aus\n\nKöln.", 3661.5, 3662.0004, (13,), -0.5, (Word("Grüße", 3661.5, 3662.0),)),
    ),
    "en",
    3662.25,
)  # fmt: skip


@pytest.mark.parametrize(
    ("form", "granularities", "file"),
    [
        ("json", (), "json.json"),
        ("text", (), "text.txt"),
        ("srt", (), "srt.srt"),
        ("vtt", (), "vtt.vtt"),
        ("verbose_json", (), "verbose.json"),
        ("verbose_json", ("word",), "words.json"),
        ("verbose_json", ("word", "segment"), "both.json"),
    ],
)
def test_formats(form: Format, granularities: tuple[str, ...], file: str) -> None:
    assert rendered(SAID, form, Wish(), granularities) == (FIXTURES / file).read_bytes()


def test_a_translation_is_english_and_says_so() -> None:
    body = json.loads(rendered(Transcript((), "de", 1.0), "verbose_json", Wish(translate=True), ()))
    assert (body["task"], body["language"], body["text"]) == ("translate", "english", "")


def test_events_of_a_stream() -> None:
    assert delta(" quiet") == b'data: {"type":"transcript.text.delta","delta":" quiet"}\n\n'
    usage = b'"usage":{"type":"duration","seconds":4}'
    assert done("a", 3.2) == b'data: {"type":"transcript.text.done","text":"a",' + usage + b"}\n\n"


def test_subtitles_pass_their_parsers() -> None:
    first, second = srt.parse(rendered(SAID, "srt", Wish(), ()).decode(), ignore_errors=False)
    assert (first.index, first.content, first.end.total_seconds()) == (1, "The beach was quiet.", 3.32)
    assert second.content == "Grüße -> aus Köln."
    captions: Any = webvtt.from_string(rendered(SAID, "vtt", Wish(), ()).decode())
    assert [c.text for c in captions] == ["The beach was quiet.", "Grüße -> aus Köln."]
    assert captions[1].start == "01:01:01.500"
