"""Recordings in memory, in any container.

Knows: PyAV's encoders. Does not know: the service.
"""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np
import numpy.typing as npt

FORMATS: dict[str, tuple[str, str]] = {
    "wav": ("wav", "pcm_s16le"),
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("mp4", "aac"),
    "ogg": ("ogg", "libopus"),
    "webm": ("webm", "libopus"),
    "flac": ("flac", "flac"),
}
"""Container and codec by the usual ending."""

Sound = npt.NDArray[np.int16]


def tone(seconds: float, rate: int = 48_000, channels: int = 1) -> Sound:
    """A quiet tone that comes and goes, (channels, samples)."""
    time = np.arange(int(seconds * rate)) / rate
    wave = 3000 * np.sin(2 * np.pi * 220 * time) * (np.sin(2 * np.pi * time) > -0.5)
    return np.tile(wave.astype(np.int16), (channels, 1))


def encoded(sound: Sound, ending: str, rate: int = 48_000) -> bytes:
    """The bytes of a whole file."""
    container_name, codec = FORMATS[ending]
    out = io.BytesIO()
    layout = {1: "mono", 2: "stereo", 8: "7.1"}[len(sound)]
    with av.open(out, "w", format=container_name) as container:
        stream: Any = container.add_stream(codec, rate=rate, layout=layout)
        step = rate  # a second at a time
        for start in range(0, sound.shape[1], step):
            packed = np.ascontiguousarray(sound[:, start : start + step].T.reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
