"""Any audio file as mono samples at 16 kHz, in a file on the disk.

Knows: containers and codecs, through PyAV (FFmpeg's libraries). Does not know: HTTP, what is said. Memory stays bounded
whatever the length: a recording is decoded block by block into a temporary file and read from there.

Only containers of recordings are opened: a playlist could name other files of this machine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

import av
import numpy as np

from services.audio.engine import RATE, Samples
from services.common.errors import ApiError

CONTAINERS = "aac,ac3,aiff,amr,ape,asf,au,avi,caf,flac,flv,matroska,webm,mov,mp4,m4a,3gp,mp3,mpeg,mpegts,ogg,w64,wav"
"""FFmpeg's names of what is opened."""

_COUNTED = frozenset({"mov", "mp4", "m4a", "flac"})
"""Containers that say how long they are and are right: one that is shorter was cut off."""

_BYTES = 2


@dataclass(frozen=True, slots=True)
class Recording:
    """Little-endian 16-bit samples at ``RATE`` in ``file``."""

    file: IO[bytes]
    samples: int

    @property
    def seconds(self) -> float:
        return self.samples / RATE

    def read(self, start: int, count: int) -> Samples:
        """``count`` samples from ``start`` on, fewer at the end."""
        self.file.seek(start * _BYTES)
        data = np.frombuffer(self.file.read(count * _BYTES), dtype="<i2")
        return data.astype(np.float32) / np.float32(32768)


@contextmanager
def decoded(source: BinaryIO, max_seconds: float, folder: Path | None = None) -> Iterator[Recording]:
    """The recording, until the block ends. ``max_seconds``: more is refused. ``folder``: for the temporary file.

    Raises ApiError (400) for what is no audio, is cut off or too long.
    """
    with tempfile.TemporaryFile(dir=folder) as out:
        yield Recording(out, _decode(source, out, int(max_seconds * RATE)))


def _decode(source: BinaryIO, out: IO[bytes], most: int) -> int:
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    try:
        with av.open(source, "r", options=options, metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise _unreadable("it holds no audio")
            _check_length(container, most)
            samples = _resampled(container, out, most)
            _check_whole(container, samples)
    except av.error.FFmpegError as error:
        raise _unreadable("it cannot be decoded") from error
    if samples == 0:
        raise _unreadable("it holds no audio")
    out.flush()
    return samples


def _resampled(container: Any, out: IO[bytes], most: int) -> int:
    """Writes all samples; their number. What is damaged after a good beginning ends the recording there."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    written = 0
    for frame in container.decode(container.streams.audio[0]):
        for piece in resampler.resample(frame):
            written += out.write(piece.to_ndarray().astype("<i2", copy=False).tobytes()) // _BYTES
        if written > most:
            raise _too_long(most)
    for piece in resampler.resample(None):
        written += out.write(piece.to_ndarray().astype("<i2", copy=False).tobytes()) // _BYTES
    return written


def _declared(container: Any) -> float | None:
    """Seconds that the container says it has; None where that is a guess."""
    if not _COUNTED & set(container.format.name.split(",")) or not container.duration:
        return None
    return float(container.duration / av.time_base)


def _check_length(container: Any, most: int) -> None:
    declared = _declared(container)
    if declared is not None and declared * RATE > most + RATE:
        raise _too_long(most)


def _check_whole(container: Any, samples: int) -> None:
    declared = _declared(container)
    if declared is not None and samples / RATE < declared * 0.95 - 1:
        raise _unreadable(f"it ends after {samples / RATE:.0f} of {declared:.0f} seconds")


def _unreadable(why: str) -> ApiError:
    return ApiError(
        400,
        f"The file is not a recording that can be read: {why}. Send a whole file in a common format: flac, m4a, mp3, "
        "mp4, mpeg, mpga, ogg, wav or webm.",
        code="invalid_audio",
        param="file",
    )


def _too_long(most: int) -> ApiError:
    return ApiError(
        400,
        f"The recording is longer than {most / RATE / 60:.0f} minutes: split it, or let the operator raise "
        "SIGNALBOX_AUDIO_MAX_SECONDS.",
        code="audio_too_long",
        param="file",
    )
