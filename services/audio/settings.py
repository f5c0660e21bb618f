"""What the operator may tell this service, from the environment.

Knows: names, defaults, bounds. Does not know: what they are used for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ENGINES = ("pywhispercpp", "whisper-cpp-python")


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """``models_dir``: ``ggml-*.bin`` and piper's voices; None looks nowhere. ``engine``: one of ``ENGINES``.
    ``threads``: for one recognizer. ``waiting``: requests that may wait for one model before 429. ``max_seconds``: of
    one recording. ``idle_s``: seconds until an unused model is unloaded. ``max_characters``: of one text to be
    spoken."""

    models_dir: Path | None
    engine: str = ENGINES[0]
    threads: int = 1
    waiting: int = 64
    max_seconds: float = 7200.0
    idle_s: float = 300.0
    max_characters: int = 4096


def from_environment(models_dir: Path | None, environ: Mapping[str, str]) -> AudioSettings:
    """The settings. Raises ValueError for a value out of bounds, naming the variable."""
    engine = environ.get("SIGNALBOX_AUDIO_ENGINE") or ENGINES[0]
    if engine not in ENGINES:
        raise ValueError(f'SIGNALBOX_AUDIO_ENGINE is "{engine}" (valid: {", ".join(ENGINES)})')

    def number(name: str, default: float, least: float, most: float) -> float:
        text = environ.get(name) or str(default)
        try:
            value = float(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise ValueError(f'{name} is "{text}" (valid: {least:g} to {most:g})')
        return value

    cores = os.cpu_count() or 2
    return AudioSettings(
        models_dir=models_dir,
        engine=engine,
        threads=int(number("SIGNALBOX_AUDIO_THREADS", max(1, cores // 2), 1, 256)),
        waiting=int(number("SIGNALBOX_AUDIO_WAITING", 64, 1, 10_000)),
        max_seconds=number("SIGNALBOX_AUDIO_MAX_SECONDS", 7200, 1, 86_400),
        idle_s=number("SIGNALBOX_AUDIO_IDLE_S", 300, 1, 86_400),
        max_characters=int(number("SIGNALBOX_AUDIO_MAX_CHARACTERS", 4096, 1, 1_000_000)),
    )
