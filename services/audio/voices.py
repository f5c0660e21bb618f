"""Which voice speaks, by the names that callers use.

Knows: OpenAI's voice names, espeak-ng's voices and variants, piper's files. Does not know: how anything is spoken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

OPENAI: Mapping[str, str] = {
    "alloy": "en-us+f4",
    "ash": "en-us+m3",
    "ballad": "en-gb-x-rp+m2",
    "cedar": "en-us+m4",
    "coral": "en-us+f2",
    "echo": "en-us+m1",
    "fable": "en-gb-x-rp+f1",
    "marin": "en-us+f3",
    "nova": "en-us+f5",
    "onyx": "en-us+m7",
    "sage": "en-gb-x-rp+f2",
    "shimmer": "en-us+f1",
    "verse": "en-us+m5",
}
"""OpenAI's names and the espeak-ng voice that stands in for each: another sound, the same kind of speaker."""

_ESPEAK = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]+){0,3}(?:\+[A-Za-z0-9_]+)?")
_ONNX = ".onnx"


@dataclass(frozen=True, slots=True)
class Voice:
    """``name``: espeak-ng's own, or the stem of piper's file. ``path``: piper's model, else None."""

    engine: Literal["espeak-ng", "piper"]
    name: str
    path: Path | None = None


def piper_voices(folder: Path | None) -> Mapping[str, Voice]:
    """Piper's voices in ``folder``: ``NAME.onnx`` beside ``NAME.onnx.json``."""
    try:
        paths = sorted(folder.iterdir()) if folder is not None else []
    except OSError:
        paths = []
    stems = {p.name.removesuffix(_ONNX): p for p in paths if p.name.endswith(_ONNX)}
    return {n: Voice("piper", n, p) for n, p in stems.items() if _is_voice(p.with_name(p.name + ".json"))}


def voice_of(asked: str, piper: Mapping[str, Voice], *, default_piper: bool) -> Voice | None:
    """The voice of this name; None where there is none. A piper voice by its own name; one of OpenAI's names is the
    first piper voice where ``default_piper`` (the package is there and a voice was pulled), else espeak-ng's stand-in;
    anything that looks like one of espeak-ng's (``de``, ``fr+f3``) is tried there."""
    name = asked.strip()
    if name in piper:
        return piper[name] if default_piper else None
    lower = name.lower()
    if lower in OPENAI:
        if default_piper and piper:
            return next(iter(piper.values()))
        return Voice("espeak-ng", OPENAI[lower])
    return Voice("espeak-ng", lower) if _ESPEAK.fullmatch(lower) else None


def _is_voice(described: Path) -> bool:
    try:
        return "phoneme_id_map" in json.loads(described.read_text("utf-8"))
    except (OSError, ValueError):
        return False
