"""A transcript that is here whole, in the format that was asked for.

Knows: ``verbose_json``, as our sidecar and other makers' models give it, and OpenAI's other formats. Does not know: who
heard it. LiteLLM's own route wraps srt, vtt and text in JSON and leaves ``stream`` out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from services.common.openai_shapes import SSE_TYPE, sse
from services.common.subtitles import Cue, srt, vtt

PLAIN = "text/plain; charset=utf-8"
JSON = "application/json"


def wanted_of(form: str) -> str:
    """The format to ask a model for, so that ``form`` can be made of the answer."""
    return "json" if form in ("json", "text") else "verbose_json"


def body_of(heard: Mapping[str, Any], form: str, *, stream: bool) -> tuple[bytes, str]:
    """(body, content type). ``heard``: an answer in ``json`` or ``verbose_json``; ``form``: one of OpenAI's."""
    text = str(heard.get("text") or "")
    if stream:
        usage = heard.get("usage")
        ending: dict[str, Any] = {"type": "transcript.text.done", "text": text}
        ending |= {"usage": usage} if isinstance(usage, Mapping) else {}
        return sse({"type": "transcript.text.delta", "delta": text}) + sse(ending), SSE_TYPE
    if form == "text":
        return f"{text.strip()}\n".encode(), PLAIN
    if form == "srt":
        return srt(_cues(heard, text)).encode(), PLAIN
    if form == "vtt":
        return vtt(_cues(heard, text)).encode(), PLAIN
    if form == "json":
        kept = {k: v for k, v in heard.items() if k in ("text", "usage", "logprobs") and v is not None}
        return orjson.dumps(kept), JSON
    return orjson.dumps({k: v for k, v in heard.items() if v is not None}), JSON


def _cues(heard: Mapping[str, Any], text: str) -> list[Cue]:
    """The segments; all of it as one where the model gave none."""
    segments = heard.get("segments")
    if isinstance(segments, list) and segments:
        return [(float(s["start"]), float(s["end"]), str(s["text"])) for s in segments]
    return [(0.0, float(heard.get("duration") or 0.0), text)] if text else []
