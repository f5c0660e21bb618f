"""The route: formats, voices, events, and what is refused."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.audio.recording import decoded
from services.audio.sound_file import KINDS

TEXT = "Hello there. This is a short test."


def _say(service: TestClient, **more: Any) -> Any:
    return service.post("/v1/audio/speech", json={"model": "voices", "input": TEXT, "voice": "alloy", **more})


@pytest.mark.parametrize("form", list(KINDS))
def test_every_format(service: TestClient, form: str) -> None:
    answer = _say(service, response_format=form)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == KINDS[form].content_type  # type: ignore[index]
    assert answer.headers["x-signalbox-characters"] == str(len(TEXT))
    assert answer.headers["x-signalbox-engine"] == "espeak-ng"
    assert "content-length" not in answer.headers  # a stream
    if form == "pcm":
        assert 1.5 < len(answer.content) / 48_000 < 5
    else:
        with decoded(io.BytesIO(answer.content), 60) as recording:
            assert 1.5 < recording.seconds < 5


def test_mp3_is_the_default_and_events_hold_sound(service: TestClient) -> None:
    plain = _say(service)
    assert plain.headers["content-type"] == "audio/mpeg"
    answer = _say(service, stream_format="sse")
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line]
    assert [e["type"] for e in events] == ["speech.audio.delta"] * (len(events) - 1) + ["speech.audio.done"]
    sound = b"".join(base64.b64decode(e["audio"]) for e in events[:-1])
    assert len(sound) == pytest.approx(len(plain.content), rel=0.02)
    assert sound[:2] == plain.content[:2] == b"\xff\xf3"


def test_a_voice_may_be_an_object_and_a_language(service: TestClient) -> None:
    assert _say(service, voice={"id": "coral"}).content != _say(service, voice="onyx").content
    assert _say(service, voice="de").status_code == 200


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": " "}, "input"),
        ({"input": "x" * 5000}, "input"),
        ({"voice": "nobody at all"}, "voice"),
        ({"voice": "zz"}, "voice"),
        ({"speed": 9}, "speed"),
        ({"response_format": "midi"}, "response_format"),
    ],
)
def test_what_is_wrong_is_named(service: TestClient, fields: dict[str, Any], param: str) -> None:
    answer = _say(service, **fields)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_the_text_may_be_anything(service: TestClient) -> None:
    for text in ("42!", "ünïcödé 中文 🎉", "<speak>a</speak>", "a\0b", "... !!!"):
        assert _say(service, input=text, response_format="pcm").status_code == 200
