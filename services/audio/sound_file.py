"""Speech as a file in one of OpenAI's formats, piece by piece.

Knows: containers and encoders, through PyAV (FFmpeg's libraries). Does not know: who speaks, HTTP. Nothing is ever
rewritten, so the first bytes can leave before the last are made; a wav file therefore has the sizes of a stream.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import av
import numpy as np

RATE = 24_000
"""Samples a second of every answer; that of OpenAI's."""

Format = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]


@dataclass(frozen=True, slots=True)
class Kind:
    """``container``, ``codec``: FFmpeg's names, "" where FFmpeg is not needed. ``bit_rate``: bits a second, 0: by the
    codec."""

    content_type: str
    container: str = ""
    codec: str = ""
    bit_rate: int = 0
    options: tuple[tuple[str, str], ...] = ()


KINDS: Mapping[Format, Kind] = {
    "mp3": Kind("audio/mpeg", "mp3", "libmp3lame", 64_000, (("write_xing", "0"), ("id3v2_version", "0"))),
    "opus": Kind("audio/opus", "ogg", "libopus", 32_000, (("page_duration", "100000"),)),
    "aac": Kind("audio/aac", "adts", "aac", 64_000),
    "flac": Kind("audio/flac", "flac", "flac"),
    "wav": Kind("audio/wav"),
    "pcm": Kind("audio/pcm"),
}


class SoundFile(Protocol):
    """``feed`` takes mono 16-bit little-endian samples at ``RATE``; both give the bytes that are ready."""

    def feed(self, samples: bytes) -> bytes: ...

    def close(self) -> bytes: ...


def sound_file(form: Format) -> SoundFile:
    """A new file of this format."""
    kind = KINDS[form]
    return _Encoded(kind) if kind.codec else _Plain(_wav_header() if form == "wav" else b"")


class _Plain:
    def __init__(self, header: bytes) -> None:
        self._header = header

    def feed(self, samples: bytes) -> bytes:
        header, self._header = self._header, b""
        return header + samples

    def close(self) -> bytes:
        return self.feed(b"")


class _Sink:
    """What FFmpeg writes to: keeps what was not taken yet, and cannot go back."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def take(self) -> bytes:
        data, self._held = bytes(self._held), bytearray()
        return data


class _Encoded:
    def __init__(self, kind: Kind) -> None:
        self._sink = _Sink()
        options = {**dict(kind.options), "flush_packets": "1"}
        self._container: Any = av.open(self._sink, "w", format=kind.container, options=options)
        stream: Any = self._container.add_stream(kind.codec, rate=RATE, layout="mono")
        if kind.bit_rate:
            stream.bit_rate = kind.bit_rate
        self._stream = stream
        self._written = 0

    def feed(self, samples: bytes) -> bytes:
        data = np.frombuffer(samples, dtype="<i2").reshape(1, -1)
        if data.size:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(data), format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, self._written
            self._written += data.size
            self._container.mux(self._stream.encode(frame))
        return self._sink.take()

    def close(self) -> bytes:
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._sink.take()


def _wav_header() -> bytes:
    """16-bit mono. The sizes are those of a stream, whose end is the end of the data."""
    unknown = 0xFFFFFFFF
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", unknown, b"WAVE") + form + struct.pack("<4sI", b"data", unknown)
