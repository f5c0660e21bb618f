"""A transcript in each of OpenAI's response formats, to the byte.

Knows: json, text, srt, vtt, verbose_json and the events of a stream. Does not know: HTTP. Sources: the OpenAI API
reference ("Create transcription", "Create translation", "transcript.text.delta", "transcript.text.done").
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, Literal

from services.audio.engine import Segment, Wish
from services.audio.languages import NAMES
from services.audio.listening import Transcript
from services.common.openai_shapes import sse
from services.common.subtitles import Cue, srt, vtt

Format = Literal["json", "text", "srt", "vtt", "verbose_json"]
FORMATS: tuple[Format, ...] = ("json", "text", "srt", "vtt", "verbose_json")
TYPES: dict[Format, str] = {
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
    "srt": "text/plain; charset=utf-8",
    "vtt": "text/plain; charset=utf-8",
    "verbose_json": "application/json",
}

WORD, SEGMENT = "word", "segment"


def rendered(transcript: Transcript, form: Format, wish: Wish, granularities: Sequence[str]) -> bytes:
    """The body of an answer. ``granularities``: of ``verbose_json``; empty means segments."""
    if form == "text":
        return f"{transcript.text}\n".encode()
    if form == "srt":
        return srt(_cues(transcript)).encode()
    if form == "vtt":
        return vtt(_cues(transcript)).encode()
    if form == "json":
        return _json({"text": transcript.text, "usage": usage(transcript.seconds)})
    return _json(_verbose(transcript, wish, granularities))


def delta(text: str) -> bytes:
    """One piece of a streamed transcript."""
    return sse({"type": "transcript.text.delta", "delta": text})


def done(text: str, seconds: float) -> bytes:
    """The end of a streamed transcript, with all of it."""
    return sse({"type": "transcript.text.done", "text": text, "usage": usage(seconds)})


def usage(seconds: float) -> dict[str, Any]:
    """What is billed: whole seconds, as OpenAI counts them."""
    return {"type": "duration", "seconds": math.ceil(seconds)}


def _verbose(transcript: Transcript, wish: Wish, granularities: Sequence[str]) -> dict[str, Any]:
    language = "en" if wish.translate else transcript.language
    body: dict[str, Any] = {
        "task": "translate" if wish.translate else "transcribe",
        "language": NAMES.get(language, language),
        "duration": round(transcript.seconds, 2),
        "text": transcript.text,
    }
    if WORD in granularities:
        body["words"] = [
            {"word": w.text, "start": round(w.start, 2), "end": round(w.end, 2)}
            for segment in transcript.segments
            for w in segment.words
        ]
    if not granularities or SEGMENT in granularities:
        body["segments"] = [_segment(i, s, wish) for i, s in enumerate(transcript.segments)]
    return {**body, "usage": usage(transcript.seconds)}


def _segment(number: int, segment: Segment, wish: Wish) -> dict[str, Any]:
    return {
        "id": number,
        "seek": int(segment.start * 100),
        "start": round(segment.start, 2),
        "end": round(segment.end, 2),
        "text": segment.text,
        "tokens": list(segment.tokens),
        "temperature": wish.temperature,
        "avg_logprob": round(segment.avg_logprob, 6),
        "compression_ratio": round(segment.compression_ratio, 6),
        "no_speech_prob": 0.0,  # the binding does not tell it
    }


def _cues(transcript: Transcript) -> list[Cue]:
    return [(s.start, s.end, s.text) for s in transcript.segments]


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
