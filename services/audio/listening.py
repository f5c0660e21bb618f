"""A whole recording heard, window by window.

Knows: windows, global times, what one window tells the next. Does not know: HTTP, formats of answers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from services.audio.ears import Ear
from services.audio.engine import Segment, Wish
from services.audio.recording import Recording
from services.audio.silence import windows

CONTEXT = 200
"""Characters of what was heard before that the next window is told."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """``language``: two letters. ``seconds``: of the recording."""

    segments: tuple[Segment, ...]
    language: str
    seconds: float

    @property
    def text(self) -> str:
        return joined(self.segments)


def joined(segments: tuple[Segment, ...] | list[Segment]) -> str:
    """The text of segments in one line; each carries the space before it."""
    return "".join(segment.text for segment in segments).strip()


async def heard(ear: Ear, recording: Recording, wish: Wish) -> AsyncIterator[tuple[str, Segment]]:
    """(language, segment) as they come, with times of the whole recording. The language of the first window, where it
    was not given, is that of all."""
    language, before = wish.language, ""
    for start, samples in windows(recording):
        prompt = f"{wish.prompt} {before[-CONTEXT:]}".strip() if before else wish.prompt
        told = await ear.hear(samples, replace(wish, language=language, prompt=prompt))
        end = start + len(samples) / 16_000
        language = language or (told.language if told.segments else None)
        for segment in told.segments:
            before += segment.text
            yield told.language, segment.moved(start, end)


async def transcript(ear: Ear, recording: Recording, wish: Wish) -> Transcript:
    """The whole of it."""
    segments: list[Segment] = []
    language = wish.language or ""
    async for told, segment in heard(ear, recording, wish):
        language = language or told
        segments.append(segment)
    return Transcript(tuple(segments), language or "en", recording.seconds)
