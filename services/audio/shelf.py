"""The folder of Whisper models: ``ggml-*.bin`` as whisper.cpp wants them.

Knows: names, sizes, what a header (``ggml``) means. Does not know: any recognizer, where files come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.audio.ggml import read_header

PREFIX = "whisper-"
_MULTILINGUAL = 51865
_SIZES: Mapping[int, tuple[str, int]] = {
    4: ("tiny", 39),
    6: ("base", 74),
    12: ("small", 244),
    24: ("medium", 769),
    32: ("large", 1550),
}
"""Whisper's name and millions of weights, by layers of the encoder."""

_UNFIT = re.compile(r"[^A-Za-z0-9._+-]+")


@dataclass(frozen=True, slots=True)
class WhisperFile:
    """``name``: what it is asked for by, e.g. ``whisper-base``. ``size``: Whisper's word. ``millions``: of weights.
    ``problem``: why it cannot serve, else None."""

    name: str
    path: Path
    size: str
    millions: int
    multilingual: bool
    size_bytes: int
    problem: str | None = None


def shelf(folder: Path | None) -> Mapping[str, WhisperFile]:
    """Every Whisper model in ``folder`` by name; a folder that is not there is an empty one."""
    found: dict[str, WhisperFile] = {}
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".bin") if folder is not None else []
    except OSError:
        paths = []
    for path in paths:
        model = read(path)
        if model is not None:
            found.setdefault(model.name, model)
    return found


def read(path: Path) -> WhisperFile | None:
    """What the file is; None where it is no ggml Whisper model at all."""
    try:
        header, size_bytes = read_header(path), path.stat().st_size
    except OSError:
        return None
    if header is None:
        return None
    size, millions = _SIZES.get(header.layers, ("", 0))
    problem = None
    if not size:
        problem = f"{path.name}: {header.layers} layers are no Whisper model's"
    elif not header.whole:
        problem = f"{path.name}: the file ends too early ({size_bytes} bytes); copy or download it again"
    return WhisperFile(name_of(path), path, size, millions, header.vocabulary >= _MULTILINGUAL, size_bytes, problem)


def name_of(path: Path) -> str:
    """``ggml-base.en.bin`` is ``whisper-base.en``."""
    stem = path.stem.removeprefix("ggml-").removeprefix(PREFIX)
    return PREFIX + (_UNFIT.sub("-", stem).strip("-") or "model")
