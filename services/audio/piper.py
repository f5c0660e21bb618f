"""Piper's neural voices, where the package ``piper-tts`` is installed (GPL-3, so never by default) and a voice is in
the folder of models.

Knows: piper's Python class. Does not know: OpenAI's voice names, formats, where voices come from.
"""

from __future__ import annotations

import importlib
import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Any

NAME = "piper"
SLOWEST, FASTEST = 0.25, 4.0


def is_installed() -> bool:
    """Whether the package is there."""
    return importlib.util.find_spec("piper") is not None


class Piper:
    """One voice. ``rate``: samples a second. Raises what piper raises for a broken file."""

    def __init__(self, path: Path) -> None:
        self._module: Any = importlib.import_module("piper")
        self._voice: Any = self._module.PiperVoice.load(str(path))
        self.rate = int(self._voice.config.sample_rate)

    def say(self, text: str, voice: str, speed: float) -> bytes:
        """Mono 16-bit samples."""
        del voice
        config = self._module.SynthesisConfig(length_scale=1 / speed)
        return b"".join(chunk.audio_int16_bytes for chunk in self._voice.synthesize(text, syn_config=config))


@lru_cache(maxsize=4)
def shared(path: Path) -> Piper:
    """The loaded voice of this file; a few are kept."""
    return Piper(path)
