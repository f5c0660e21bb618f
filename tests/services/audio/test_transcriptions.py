"""The two routes over real whisper.cpp: every format, streams, and everything that may be wrong with a request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jiwer
import pytest
import srt
import webvtt
import yaml
from fastapi.testclient import TestClient

from services.audio.app import audio_app
from services.audio.settings import AudioSettings
from tests.services.audio.recordings import encoded, tone
from tests.support.tiny_whisper import SENTENCE

SPOKEN = Path(__file__).with_name("spoken")


def _ask(service: TestClient, data: bytes, route: str = "transcriptions", **fields: Any) -> Any:
    form = {"model": "whisper-tiny", "language": "en", **fields}
    return service.post(f"/v1/audio/{route}", files={"file": ("a", data)}, data=form)


def test_every_format(service: TestClient, clip: bytes) -> None:
    answers = {f: _ask(service, clip, response_format=f) for f in ("json", "text", "srt", "vtt", "verbose_json")}
    assert {a.status_code for a in answers.values()} == {200}
    assert answers["json"].json() == {"text": SENTENCE, "usage": {"type": "duration", "seconds": 4}}
    assert answers["text"].text == f"{SENTENCE}\n"
    (subtitle,) = srt.parse(answers["srt"].text, ignore_errors=False)
    captions: Any = webvtt.from_string(answers["vtt"].text)
    assert subtitle.content == captions[0].text == SENTENCE
    verbose = answers["verbose_json"].json()
    assert (verbose["task"], verbose["language"], verbose["duration"]) == ("transcribe", "english", 4.0)
    assert verbose["segments"][0]["end"] == subtitle.end.total_seconds() == 4.0
    for answer in answers.values():
        assert float(answer.headers["x-signalbox-seconds"]) == 4.0
        assert answer.headers["x-signalbox-engine"] == "whisper.cpp"
    assert answers["srt"].headers["content-type"] == "text/plain; charset=utf-8"


def test_words(service: TestClient, clip: bytes) -> None:
    more: dict[str, Any] = {"timestamp_granularities[]": ["word", "segment"]}
    body = _ask(service, clip, response_format="verbose_json", **more).json()
    assert [w["word"] for w in body["words"]] == SENTENCE.split()
    assert len(body["segments"]) == 1


def test_a_stream_is_openais_events(service: TestClient) -> None:
    answer = _ask(service, encoded(tone(40.0, 16_000), "flac", 16_000), stream="true")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line]
    assert [e["type"] for e in events] == ["transcript.text.delta"] * 2 + ["transcript.text.done"]
    assert "".join(e["delta"] for e in events[:2]) == events[2]["text"]
    assert events[0]["delta"] == SENTENCE  # the second window's words depend on the first, which is its prompt
    assert events[2]["usage"] == {"type": "duration", "seconds": 40}


def test_a_translation(service: TestClient, clip: bytes) -> None:
    body = _ask(service, clip, "translations", language="de", response_format="verbose_json").json()
    assert (body["task"], body["language"], body["text"]) == ("translate", "english", SENTENCE)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"language": "klingon"}, "language"),
        ({"response_format": "xml"}, "response_format"),
        ({"temperature": "7"}, "temperature"),
        ({"temperature": "warm"}, "temperature"),
        ({"stream": "true", "response_format": "srt"}, "stream"),
        ({"timestamp_granularities[]": "letter", "response_format": "verbose_json"}, "timestamp_granularities[]"),
        ({"timestamp_granularities[]": "word"}, "timestamp_granularities[]"),
        ({"model": "whisper-none"}, "model"),
    ],
)
def test_a_wrong_field_is_named(service: TestClient, clip: bytes, fields: dict[str, str], param: str) -> None:
    answer = _ask(service, clip, **fields)
    assert answer.status_code == (404 if param == "model" else 400)
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 400),
        (b"These are notes, and not a recording.\n" * 300, 400),
        (encoded(tone(20.0), "m4a")[:-30_000], 400),
        (encoded(tone(3 * 3600, 200), "flac", 200), 400),  # three hours
        (encoded(tone(1.0, 96_000, 8), "wav", 96_000), 200),
    ],
    ids=["empty", "text", "cut m4a", "three hours", "96 kHz, 8 channels"],
)
def test_bad_files_get_a_clear_answer_and_the_service_stays_up(
    service: TestClient, clip: bytes, data: bytes, status: int
) -> None:
    answer = _ask(service, data)
    assert answer.status_code == status, answer.text
    if status == 400:
        assert answer.json()["error"]["param"] == "file"
    assert _ask(service, clip).status_code == 200


def test_without_a_file(service: TestClient) -> None:
    answer = service.post("/v1/audio/transcriptions", data={"model": "whisper-tiny"})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "file")


def test_a_bare_machine_hears_flite_well_enough_and_says_how(tmp_path: Path) -> None:
    said: dict[str, str] = yaml.safe_load((SPOKEN / "sentences.yaml").read_text("utf-8"))
    with TestClient(audio_app(AudioSettings(tmp_path), None)) as bare:
        answers = {n: _ask(bare, (SPOKEN / f"{n}.flac").read_bytes(), model="") for n in said}
        german = _ask(bare, (SPOKEN / "river.flac").read_bytes(), model="", language="de")
        translated = _ask(bare, (SPOKEN / "river.flac").read_bytes(), "translations", model="")
    heard = [answers[name].json()["text"] for name in said]
    assert jiwer.wer(list(said.values()), heard) <= 0.15
    assert {a.headers["x-signalbox-engine"] for a in answers.values()} == {"pocketsphinx"}
    for refused in (german, translated):
        assert refused.status_code == 503
        assert "signalbox models pull whisper-base" in refused.json()["error"]["message"]
