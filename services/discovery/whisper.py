"""The Whisper models in a folder, as entries that point to the audio sidecar.

Knows: how the service ``audio`` is asked. Does not know: how a file is read, when.
"""

from __future__ import annotations

from pathlib import Path

from plugins.routing.types import Tier
from services.audio.shelf import WhisperFile, shelf
from services.discovery.entry import Entry, entry

SMALL_UP_TO = 300
"""Millions of weights: tiny, base and small are ``small``, medium and large are ``large``."""


def find(folder: Path, audio_base_url: str) -> list[Entry]:
    """Every model of the folder that can serve, by name."""
    return [to_entry(model, audio_base_url) for model in shelf(folder).values() if model.problem is None]


def to_entry(model: WhisperFile, audio_base_url: str) -> Entry:
    """One file as an entry."""
    params = {
        "model": f"openai/{model.name}",
        "api_base": f"{audio_base_url}/v1",
        "api_key": "os.environ/SIGNALBOX_INTERNAL_KEY",
    }
    made = entry(
        "whisper",
        model.name,
        params,
        location="local",
        mode="audio_transcription",
        tier=Tier.SMALL if model.millions <= SMALL_UP_TO else Tier.LARGE,
        parameters_b=model.millions / 1000,
        modalities=("text", "audio"),
    )
    made["model_info"]["builtin"] = True
    return made
