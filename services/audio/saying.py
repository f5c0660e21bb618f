"""A text spoken sentence by sentence.

Knows: where a text may be divided, speeds that a voice cannot do, rates. Does not know: HTTP, formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Protocol

import av
import numpy as np
import soxr

from services.audio import espeak, piper
from services.audio.sound_file import RATE
from services.audio.voices import Voice

LONGEST = 300
"""Characters of a piece at most, so that the first sound comes soon."""

_END = re.compile(r"[.!?…]+[\"')\]»”]*(?=\s)|[。！？]+[」』”]*|\n+")
"""What ends a sentence."""

_CLAUSE = re.compile(r"[,;:–—]\s|\s")


class Speaker(Protocol):
    """``rate``: samples a second of what ``say`` gives: mono, 16 bits."""

    rate: int

    def say(self, text: str, voice: str, speed: float) -> bytes: ...


def pieces(text: str) -> Iterator[str]:
    """Sentences, the long ones divided at commas, else at spaces. Together they are the text but for spaces."""
    ends = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    for start, end in pairwise(ends):
        rest = text[start:end].strip()
        while len(rest) > LONGEST:
            cuts = [m.end() for m in _CLAUSE.finditer(rest, LONGEST // 2, LONGEST)]
            commas = [at for at in cuts if rest[at - 2 : at - 1] in ",;:–—"]
            at = (commas or cuts or [LONGEST])[-1]
            yield rest[:at].strip()
            rest = rest[at:].strip()
        if rest:
            yield rest


def spoken(text: str, voice: Voice, speed: float) -> Iterator[bytes]:
    """Mono 16-bit little-endian samples at ``RATE``, a piece of text at a time. Raises EspeakError for a voice that is
    not there, at the first piece."""
    speaker: Speaker
    if voice.path is not None:
        speaker, slowest, fastest = piper.shared(voice.path), piper.SLOWEST, piper.FASTEST
    else:
        speaker, slowest, fastest = espeak.shared(), espeak.SLOWEST, espeak.FASTEST
    natural = min(max(speed, slowest), fastest)
    for piece in pieces(text):
        samples = np.frombuffer(speaker.say(piece, voice.name, natural), dtype=np.int16)
        if abs(speed / natural - 1) > 0.01:
            samples = stretched(samples, speaker.rate, speed / natural)
        if len(samples):
            yield soxr.resample(samples, speaker.rate, RATE).astype("<i2").tobytes()


def stretched(samples: np.ndarray[Any, np.dtype[np.int16]], rate: int, factor: float) -> Any:
    """The same at ``factor`` of the speed and the same pitch. ``factor``: 0.25 to 4."""
    graph: Any = av.filter.Graph()
    source = graph.add_abuffer(format="s16", sample_rate=rate, layout="mono", time_base=None)
    steps = [factor**0.5] * 2 if not 0.5 <= factor <= 2 else [factor]
    last = source
    for step in steps:
        tempo = graph.add("atempo", f"{step:.6f}")
        last.link_to(tempo)
        last = tempo
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate, frame.pts = rate, 0
    graph.push(frame)
    graph.push(None)
    out = []
    while True:
        try:
            out.append(graph.pull().to_ndarray().reshape(-1))
        except (av.error.EOFError, av.error.BlockingIOError):
            break
    return np.concatenate(out) if out else samples[:0]
