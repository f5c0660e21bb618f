"""What the audio sidecar offers of itself, as entries of ``model_list``.

Knows: pocketsphinx and the voices, prices. Does not know: Whisper models, which are found (``services.discovery``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from plugins.routing.config.spec import Audio

Entry = dict[str, Any]

SPHINX = "pocketsphinx"
VOICES = "voices"
TRANSCRIPTION = "audio_transcription"


def audio_entries(url: str, audio: Audio, others: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """The voices, and pocketsphinx where none of ``others`` transcribes on this machine: it hears worse than any."""
    better = any(_info(e).get("mode") == TRANSCRIPTION and _info(e).get("location") == "local" for e in others)
    made = [] if better else [_entry(SPHINX, url, TRANSCRIPTION, ["text", "audio"])]
    for one in made:
        one["model_info"]["accuracy"] = "low"
    return [with_prices(one, audio) for one in (*made, _entry(VOICES, url, "audio_speech", ["text"]))]


def with_prices(entry: Entry, audio: Audio) -> Entry:
    """``entry`` with the price of its kind of work; others as they are."""
    prices = {TRANSCRIPTION: ("input_cost_per_second", audio.price_per_second)}
    prices["audio_speech"] = ("input_cost_per_character", audio.price_per_character)
    name, usd = prices.get(str(_info(entry).get("mode")), ("", 0.0))
    if not usd:
        return entry
    params, info = entry["litellm_params"], entry["model_info"]
    return {**entry, "litellm_params": {**params, name: usd}, "model_info": {**info, name: usd}}


def _entry(name: str, url: str, mode: str, modalities: list[str]) -> Entry:
    return {
        "model_name": name,
        "litellm_params": {
            "model": f"openai/{name}",
            "api_base": f"{url}/v1",
            "api_key": "os.environ/SIGNALBOX_INTERNAL_KEY",
        },
        "model_info": {
            "id": name,
            "location": "local",
            "tier": "instant",
            "mode": mode,
            "modalities": modalities,
            "builtin": True,
        },
    }


def _info(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    info = entry.get("model_info")
    return info if isinstance(info, Mapping) else {}
