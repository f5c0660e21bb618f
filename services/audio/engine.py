"""What every speech recognizer looks like to this service.

Knows: one method that turns samples into segments. Does not know: files, HTTP, which recognizer it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

RATE = 16_000
"""Samples a second, of all audio inside this service."""

Samples = npt.NDArray[np.float32]
"""Mono, -1 to 1, at ``RATE``."""


@dataclass(frozen=True, slots=True)
class Word:
    """Times in seconds from the beginning of what was heard."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Segment:
    """Times in seconds. ``tokens``: the engine's numbers. ``avg_logprob``: mean natural logarithm of their
    probabilities."""

    text: str
    start: float
    end: float
    tokens: tuple[int, ...] = ()
    avg_logprob: float = 0.0
    words: tuple[Word, ...] = ()

    @property
    def compression_ratio(self) -> float:
        """Bytes of the text over its deflated bytes, as Whisper's reference code has it; high for repetitions."""
        data = self.text.encode()
        return len(data) / len(zlib.compress(data)) if data else 0.0

    def moved(self, seconds: float, end: float) -> Segment:
        """The same, ``seconds`` later; nothing reaches beyond ``end``."""

        def at(time: float) -> float:
            return min(time + seconds, end)

        words = tuple(Word(w.text, at(w.start), at(w.end)) for w in self.words)
        return Segment(self.text, at(self.start), at(self.end), self.tokens, self.avg_logprob, words)


@dataclass(frozen=True, slots=True)
class Wish:
    """``language``: two letters, or None to find out. ``prompt``: what came before. ``translate``: into English.
    ``words``: times of single words are wanted."""

    language: str | None = None
    prompt: str = ""
    temperature: float = 0.0
    translate: bool = False
    words: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """``language``: two letters."""

    segments: tuple[Segment, ...]
    language: str


class Engine(Protocol):
    """One loaded model. Used by one thread at a time. ``name``: for the header ``x-signalbox-engine``."""

    name: str

    def hear(self, samples: Samples, wish: Wish, stopped: Callable[[], bool]) -> Heard:
        """Segments with times from the first sample. Gives up early, with whatever it has, once ``stopped()``."""
        ...

    def close(self) -> None:
        """Gives the memory back."""
        ...
