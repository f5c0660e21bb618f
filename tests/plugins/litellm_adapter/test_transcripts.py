"""A whole transcript in every format."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plugins.litellm_adapter.transcripts import body_of, wanted_of

HEARD: dict[str, Any] = {
    "task": "transcribe",
    "language": "english",
    "duration": 2.5,
    "text": "Hello there.",
    "segments": [{"id": 0, "start": 0.0, "end": 2.5, "text": " Hello there."}],
    "usage": {"type": "duration", "seconds": 3},
    "words": None,
}


@pytest.mark.parametrize(
    ("form", "body", "kind"),
    [
        ("text", "Hello there.\n", "text/plain; charset=utf-8"),
        ("srt", "1\n00:00:00,000 --> 00:00:02,500\nHello there.\n\n", "text/plain; charset=utf-8"),
        ("vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nHello there.\n\n", "text/plain; charset=utf-8"),
        ("json", '{"text":"Hello there.","usage":{"type":"duration","seconds":3}}', "application/json"),
    ],
)
def test_formats(form: str, body: str, kind: str) -> None:
    assert body_of(HEARD, form, stream=False) == (body.encode(), kind)
    without = {k: v for k, v in HEARD.items() if k != "segments"}
    if form in ("srt", "vtt"):
        assert body_of(without, form, stream=False)[0] == body.encode()


def test_verbose_json_is_all_of_it_and_a_stream_is_two_events() -> None:
    assert json.loads(body_of(HEARD, "verbose_json", stream=False)[0]) == {
        k: v for k, v in HEARD.items() if v is not None
    }
    body, kind = body_of(HEARD, "json", stream=True)
    events = [json.loads(line[6:]) for line in body.decode().splitlines() if line]
    assert kind == "text/event-stream"
    assert events[0] == {"type": "transcript.text.delta", "delta": "Hello there."}
    assert events[1] == {"type": "transcript.text.done", "text": "Hello there.", "usage": HEARD["usage"]}


def test_what_a_model_is_asked_for() -> None:
    assert [wanted_of(f) for f in ("json", "text", "srt", "verbose_json")] == ["json"] * 2 + ["verbose_json"] * 2
