"""OpenAI's SDK and curl on /v1/audio of a running system: real whisper.cpp and espeak-ng inside, one place outside."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import srt
import webvtt

from plugins.ledger.query import records
from services.audio.recording import decoded
from tests.services.audio.recordings import encoded, tone
from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.system import System, running_system
from tests.support.tiny_whisper import SENTENCE, write_tiny_whisper

PRICE = 0.01
SECONDS = 4.0
OUTSIDE = "outside-ears"


@dataclass(frozen=True, slots=True)
class Desk:
    system: System
    outside: FakeCloud
    client: openai.OpenAI
    clip: bytes

    def post(self, route: str = "transcriptions", *, key: str = "", label: str = "", **fields: Any) -> httpx.Response:
        """A recording by plain HTTP, as curl would send it. ``label``: the data class that is declared."""
        headers = {"x-signalbox-data-class": label} if label else {}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        form = {"model": "transcribe", "language": "en", **fields}
        with self.system.client() as http:
            files = {"file": ("clip.wav", self.clip)}
            return http.post(f"/v1/audio/{route}", files=files, data=form, headers=headers)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("audio")
    (folder / "models").mkdir()
    write_tiny_whisper(folder / "models" / "ggml-tiny.bin")
    with fake_cloud("outside") as outside:
        params = {"model": "openai/whisper-1", "api_base": f"{outside.url}/v1", "api_key": "sk-outside"}
        info = {"location": "cloud", "tier": "small", "mode": "audio_transcription"}
        config = {
            "model_list": [{"model_name": OUTSIDE, "litellm_params": params, "model_info": info}],
            "gateway": {
                "discovery": {"ollama": [], "vllm": [], "models_dir": "models", "cloud": False},
                "audio": {"price_per_second": PRICE},
                "boundary": {"egress": {"hosts": ["127.0.0.1"]}},  # the place outside, behind the broker
            },
        }
        parts = ("--only", "database,gateway,audio,egress")
        with running_system(folder, json.dumps(config), arguments=parts) as system:
            client = openai.OpenAI(base_url=f"{system.url}/v1", api_key=system.key, max_retries=0, timeout=60)
            yield Desk(system, outside, client, encoded(tone(SECONDS, 16_000), "wav", 16_000))


def _clip(desk: Desk) -> tuple[str, bytes]:
    return "clip.wav", desk.clip


def test_the_sdk_gets_every_format(desk: Desk) -> None:
    create = desk.client.audio.transcriptions.create
    for name in ("transcribe", "whisper-1", "whisper-tiny"):
        assert create(model=name, file=_clip(desk), language="en").text == SENTENCE
    text: Any = create(model="transcribe", file=_clip(desk), response_format="text")
    assert text == f"{SENTENCE}\n"
    subtitles: Any = create(model="transcribe", file=_clip(desk), response_format="srt")
    (line,) = srt.parse(subtitles, ignore_errors=False)
    captions: Any = create(model="transcribe", file=_clip(desk), response_format="vtt")
    parsed: Any = webvtt.from_string(captions)
    assert line.content == parsed[0].text == SENTENCE
    verbose = create(
        model="transcribe",
        file=_clip(desk),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert float(verbose.duration) == SECONDS
    assert [word.word for word in verbose.words or ()] == SENTENCE.split()
    assert verbose.segments is not None
    assert verbose.segments[0].text.strip() == SENTENCE


def test_the_sdk_streams_a_transcript(desk: Desk) -> None:
    stream = desk.client.audio.transcriptions.create(
        model="transcribe", file=_clip(desk), language="en", stream=True, response_format="json"
    )
    events = list(stream)
    assert [event.type for event in events] == ["transcript.text.delta", "transcript.text.done"]
    assert events[-1].text == SENTENCE  # type: ignore[union-attr]


def test_the_sdk_translates(desk: Desk) -> None:
    translation = desk.client.audio.translations.create(model="transcribe", file=_clip(desk))
    assert translation.text == SENTENCE


@pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_the_sdk_hears_every_format_of_speech_as_a_stream(desk: Desk, form: Any) -> None:
    make = desk.client.audio.speech.with_streaming_response
    with make.create(model="tts-1", voice="alloy", input="Hello there.", response_format=form) as answer:
        sound = b"".join(answer.iter_bytes())
        assert answer.headers["x-signalbox-engine"] == "espeak-ng"
        assert answer.headers["x-signalbox-deployment"] == "voices"
        assert "content-length" not in answer.headers
    if form != "pcm":
        with decoded(io.BytesIO(sound), 60) as recording:
            assert 0.5 < recording.seconds < 3


def test_curl_gets_the_same_bytes(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "clip.wav").write_bytes(desk.clip)
    for form in ("json", "text", "srt", "vtt", "verbose_json"):
        line = ["curl", "-s", f"{desk.system.url}/v1/audio/transcriptions", "-F", f"response_format={form}"]
        line += ["-H", f"Authorization: Bearer {desk.system.key}", "-F", "model=transcribe", "-F", "language=en"]
        done = subprocess.run([*line, "-F", "file=@clip.wav"], capture_output=True, timeout=60, cwd=tmp_path)
        assert done.stdout == desk.post(response_format=form).content, done.stderr


def test_what_goes_outside_was_heard_and_judged_here_first(desk: Desk) -> None:
    desk.outside.reset()
    desk.outside.say("", "heard outside")
    allowed = desk.post(model=OUTSIDE, label="public", response_format="text")
    assert (allowed.status_code, allowed.text) == (200, "heard outside\n")
    assert allowed.headers["x-signalbox-location"] == "cloud"
    assert len(desk.outside.received) == 1
    # The broker let it out, and wrote so before it did.
    left = [r for r in records(desk.system.state / "ledger") if r["event"] == "left"]
    assert [(r["class"], r["decision"]) for r in left] == [("public", allowed.headers["x-signalbox-decision-id"])]
    subtitles = desk.post(model=OUTSIDE, label="public", response_format="vtt")
    assert "heard outside" in subtitles.text
    desk.outside.reset()
    for fields in ({"label": "restricted"}, {}, {"label": "public", "prompt": "card 4111 1111 1111 1111"}):
        refused = desk.post(model=OUTSIDE, **fields)
        assert refused.status_code == 403, refused.text
        assert refused.json()["error"]["code"] == "data_boundary"
    assert desk.outside.received == []
    # A recording that cannot be read here is not sent on for others to try.
    with desk.system.client() as http:
        form = {"model": OUTSIDE}
        files = {"file": ("a.mp3", b"notes, not sound " * 100)}
        broken = http.post(
            "/v1/audio/transcriptions", files=files, data=form, headers={"x-signalbox-data-class": "public"}
        )
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "invalid_audio")
    assert desk.outside.received == []


def test_a_key_pays_for_seconds_and_may_use_the_names_that_clients_know(desk: Desk) -> None:
    with desk.system.client() as admin:
        key = admin.post("/key/generate", json={"models": ["transcribe"]}).json()["key"]
        heard = desk.post(key=key, model="whisper-1")
        assert heard.status_code == 200, heard.text
        assert float(heard.headers["x-litellm-response-cost"]) == pytest.approx(SECONDS * PRICE)
        refused = desk.post(key=key, model=OUTSIDE)
        assert refused.status_code in (401, 403)

        def spend() -> float:
            return float(admin.get("/key/info", params={"key": key}).json()["info"]["spend"])

        desk.system.wait_for(lambda: spend() > 0, "the spend to be booked", 30)
        assert spend() == pytest.approx(SECONDS * PRICE, rel=1e-6)


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"language": "klingon"}, 400, "language"),
        ({"response_format": "xml"}, 400, "response_format"),
        ({"model": "no-such-model"}, 404, "model"),
        ({"model": "speech"}, 400, "model"),
    ],
)
def test_what_is_wrong_is_told_in_openais_shape(desk: Desk, fields: dict[str, str], status: int, param: str) -> None:
    answer = desk.post(**fields)
    assert (answer.status_code, answer.json()["error"]["param"]) == (status, param), answer.text


def test_no_log_holds_what_was_said(desk: Desk) -> None:
    assert SENTENCE.encode() not in desk.system.all_logs()
