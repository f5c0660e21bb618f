"""Where a long recording may be cut: in a silence, as near to the end of a window as can be.

Knows: WebRTC's voice detector. Does not know: recognizers. A recognizer hears windows of thirty seconds; a cut inside a
word would lose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import webrtcvad

from services.audio.engine import RATE, Samples
from services.audio.recording import Recording

WINDOW = 30 * RATE
"""Samples that are heard at once at most."""

_FRAME = RATE * 30 // 1000
_EARLIEST = WINDOW // 2
_AGGRESSIVENESS = 2


def windows(recording: Recording) -> Iterator[tuple[float, Samples]]:
    """Pieces of at most ``WINDOW`` samples that together are the recording, each with its first second."""
    start = 0
    while start < recording.samples:
        piece = recording.read(start, WINDOW)
        if len(piece) == 0:
            return
        length = len(piece) if start + len(piece) >= recording.samples else cut(piece)
        yield start / RATE, piece[:length]
        start += length


def has_speech(samples: Samples) -> bool:
    """Whether the detector hears a voice anywhere."""
    return any(_spoken(samples, range(0, len(samples) - _FRAME + 1, _FRAME)))


def _spoken(samples: Samples, starts: Iterable[int]) -> Iterator[bool]:
    detector = webrtcvad.Vad(_AGGRESSIVENESS)
    data = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    return (detector.is_speech(data[at : at + _FRAME].tobytes(), RATE) for at in starts)


def cut(piece: Samples) -> int:
    """How many samples of a full window to take: up to the middle of the longest silence of its second half, or where
    it is quietest there."""
    frames = range(_EARLIEST, len(piece) - _FRAME + 1, _FRAME)
    speech = list(_spoken(piece, frames))
    longest, where = 0, -1
    begun: int | None = None
    for index, spoken in enumerate([*speech, True]):
        if not spoken and begun is None:
            begun = index
        elif spoken and begun is not None:
            if index - begun >= longest:
                longest, where = index - begun, begun
            begun = None
    if where >= 0:
        return _EARLIEST + _FRAME * where + _FRAME * longest // 2
    loud = [float(np.square(piece[at : at + _FRAME]).mean()) for at in frames]
    return _EARLIEST + _FRAME * int(np.argmin(loud))
