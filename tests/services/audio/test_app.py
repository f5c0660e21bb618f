"""The service as a whole: its key, its models, unloading, and its command."""

from __future__ import annotations

import time
from pathlib import Path

from fastapi.testclient import TestClient

from services.audio.app import audio_app
from services.audio.settings import AudioSettings


def test_it_wants_the_internal_key(models_dir: Path) -> None:
    with TestClient(audio_app(AudioSettings(models_dir), "secret")) as client:
        assert client.post("/v1/audio/speech", json={}).status_code == 401
        assert client.get("/health/readiness").status_code == 200


def test_model_cards_say_how_well_each_hears(service: TestClient) -> None:
    cards = {card["id"]: card for card in service.get("/v1/models").json()["data"]}
    assert cards["whisper-tiny"]["accuracy"] == "high"
    assert (cards["pocketsphinx"]["accuracy"], cards["pocketsphinx"]["languages"]) == ("low", ["en"])
    assert cards["voices"]["kind"] == "speech"


def test_a_model_is_loaded_when_asked_for_and_unloaded_when_idle(models_dir: Path, clip: bytes) -> None:
    with TestClient(audio_app(AudioSettings(models_dir, idle_s=0.1), None)) as client:
        assert client.get("/state").json()["models"] == []
        form = {"model": "whisper-tiny", "language": "en"}
        answer = client.post("/v1/audio/transcriptions", files={"file": ("a.wav", clip)}, data=form)
        assert answer.status_code == 200
        end = time.monotonic() + 20
        while client.get("/state").json()["models"][0]["state"] == "loaded":
            assert time.monotonic() < end, "it was never unloaded"
            time.sleep(0.02)
