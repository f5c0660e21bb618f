"""Subtitle files: SubRip and WebVTT, as Whisper's reference code writes them.

Knows: times and their notation. Does not know: who heard what. Source: openai/whisper, ``whisper/utils.py``.
"""

from __future__ import annotations

from collections.abc import Iterable

Cue = tuple[float, float, str]
"""(start, end, text), in seconds."""


def srt(cues: Iterable[Cue]) -> str:
    """A SubRip file."""
    lines = (f"{i}\n{_clock(a, ',')} --> {_clock(b, ',')}\n{_line(text)}\n\n" for i, (a, b, text) in enumerate(cues, 1))
    return "".join(lines)


def vtt(cues: Iterable[Cue]) -> str:
    """A WebVTT file."""
    return "WEBVTT\n\n" + "".join(f"{_clock(a, '.')} --> {_clock(b, '.')}\n{_line(text)}\n\n" for a, b, text in cues)


def _line(text: str) -> str:
    """One line: an arrow inside would be read as times, an empty line as the end."""
    return " ".join(text.replace("-->", "->").split())


def _clock(seconds: float, mark: str) -> str:
    thousandths = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
