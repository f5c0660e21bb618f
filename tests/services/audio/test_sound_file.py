"""Every format is written forwards only, and reads back as what was spoken."""

from __future__ import annotations

import io

import numpy as np
import pytest

from services.audio.recording import decoded
from services.audio.sound_file import KINDS, RATE, Format, sound_file


def _tone(seconds: float) -> bytes:
    time = np.arange(int(seconds * RATE)) / RATE
    return (8000 * np.sin(2 * np.pi * 300 * time)).astype("<i2").tobytes()


@pytest.mark.parametrize("form", [f for f in KINDS if f != "pcm"])
def test_a_file_reads_back(form: Format) -> None:
    out = sound_file(form)
    pieces = [out.feed(_tone(0.5)), out.feed(_tone(1.0)), out.close()]
    with decoded(io.BytesIO(b"".join(pieces)), 10) as recording:
        assert recording.seconds == pytest.approx(1.5, abs=0.12)
        middle = recording.read(8000, 8000)
    assert 0.15 < float(np.abs(middle).max()) < 0.4
    if form != "opus":
        assert pieces[0], "the first piece leaves before the second is made"


def test_pcm_is_nothing_but_samples_and_wav_adds_a_header() -> None:
    plain, wav = sound_file("pcm"), sound_file("wav")
    data = _tone(0.1)
    assert plain.feed(data) + plain.close() == data
    whole = wav.feed(data) + wav.feed(data) + wav.close()
    assert whole[:4] == b"RIFF"
    assert whole[44:] == data + data
