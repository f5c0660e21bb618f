"""Any file becomes samples, or a 400 that says why."""

from __future__ import annotations

import io

import numpy as np
import pytest

from services.audio.recording import decoded
from services.common.errors import ApiError
from tests.services.audio.recordings import FORMATS, encoded, tone


def _seconds(data: bytes, most: float = 100.0) -> float:
    with decoded(io.BytesIO(data), most) as recording:
        return recording.seconds


@pytest.mark.parametrize("ending", list(FORMATS))
def test_every_common_format_keeps_its_length(ending: str) -> None:
    assert _seconds(encoded(tone(2.5), ending)) == pytest.approx(2.5, abs=0.1)


def test_many_channels_at_a_high_rate_are_mixed_down() -> None:
    data = encoded(tone(1.0, 96_000, 8), "wav", 96_000)
    with decoded(io.BytesIO(data), 10) as recording:
        assert recording.seconds == pytest.approx(1.0, abs=0.02)
        samples = recording.read(0, 16_000)
    assert samples.dtype == np.float32
    assert 0.02 < np.abs(samples).max() < 0.5


def test_samples_are_read_from_anywhere() -> None:
    with decoded(io.BytesIO(encoded(tone(2.0), "flac")), 10) as recording:
        whole = recording.read(0, recording.samples)
        assert np.array_equal(recording.read(16_000, 800), whole[16_000:16_800])
        assert len(recording.read(recording.samples - 10, 100)) == 10


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "invalid_audio"),
        (b"This is a letter, and not a recording.\n" * 500, "invalid_audio"),
        (b"#EXTM3U\n#EXTINF:10,\n/etc/hostname\n#EXT-X-ENDLIST\n", "invalid_audio"),
        (bytes(range(256)) * 100, "invalid_audio"),
        (encoded(tone(20.0), "m4a")[:-30_000], "invalid_audio"),
        (encoded(tone(20.0), "flac")[:-30_000], "invalid_audio"),
        (encoded(tone(12.0, 8000), "wav", 8000), "audio_too_long"),
    ],
    ids=["empty", "text", "playlist", "bytes", "cut m4a", "cut flac", "too long"],
)
def test_what_cannot_be_heard_is_a_400(data: bytes, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        _seconds(data, 10.0 if code == "audio_too_long" else 100.0)
    assert (caught.value.status, caught.value.code, caught.value.param) == (400, code, "file")
