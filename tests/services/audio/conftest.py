"""A folder with the tiny Whisper model, the service on it, and recordings of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from services.audio.app import audio_app
from services.audio.settings import AudioSettings
from tests.services.audio.recordings import encoded, tone
from tests.support.tiny_whisper import write_tiny_whisper


@pytest.fixture(scope="session")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds ``whisper-tiny``."""
    folder = tmp_path_factory.mktemp("models")
    write_tiny_whisper(folder / "ggml-tiny.bin")
    return folder


@pytest.fixture(scope="session")
def service(models_dir: Path) -> Iterator[TestClient]:
    """The service with the tiny model, in this process."""
    with TestClient(audio_app(AudioSettings(models_dir, waiting=4, max_seconds=120), None)) as client:
        yield client


@pytest.fixture(scope="session")
def clip() -> bytes:
    """Four seconds of sound as a wav file."""
    return encoded(tone(4.0), "wav")


@pytest.fixture
def samples() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """A second of quiet noise at 16 kHz."""
    made = np.random.default_rng(3).standard_normal(16_000) * 0.01
    return made.astype(np.float32)
