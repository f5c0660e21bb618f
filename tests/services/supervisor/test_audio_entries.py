"""What the audio sidecar offers of itself."""

from __future__ import annotations

import pytest

from plugins.routing.config.deployments import deployments_from
from plugins.routing.config.load import parse_config
from plugins.routing.config.spec import Audio, GatewaySpec
from services.supervisor.audio_entries import audio_entries, with_prices
from services.supervisor.model_list import Sidecars, complete_model_list

URL = "http://127.0.0.1:7000"
WHISPER = {
    "model_name": "whisper-base",
    "litellm_params": {"model": "openai/whisper-base", "api_base": f"{URL}/v1"},
    "model_info": {
        "found": "whisper",
        "mode": "audio_transcription",
        "location": "local",
        "tier": "small",
        "builtin": True,
    },
}


@pytest.mark.parametrize(
    ("others", "names"),
    [
        ([], ["pocketsphinx", "voices"]),
        ([WHISPER], ["voices"]),
        ([{"model_name": "far", "model_info": {"mode": "audio_transcription", "location": "cloud"}}],
         ["pocketsphinx", "voices"]),
    ],
)  # fmt: skip
def test_pocketsphinx_only_where_nothing_better_is_here(others: list[dict[str, object]], names: list[str]) -> None:
    made = audio_entries(URL, Audio(), others)
    assert [entry["model_name"] for entry in made] == names
    assert all(entry["model_info"]["builtin"] for entry in made)
    cards = {entry["model_name"]: entry["model_info"].get("accuracy") for entry in made}
    assert cards.get("pocketsphinx", "low") == "low"


def test_prices() -> None:
    audio = Audio(price_per_second=0.5, price_per_character=0.25)
    sphinx, voices = audio_entries(URL, audio, [])
    assert sphinx["litellm_params"]["input_cost_per_second"] == sphinx["model_info"]["input_cost_per_second"] == 0.5
    assert voices["litellm_params"]["input_cost_per_character"] == 0.25
    assert "input_cost_per_second" not in with_prices(WHISPER, Audio())["litellm_params"]


def test_the_whole_list_has_them_and_keeps_them_where_answers_are_off() -> None:
    config = parse_config("gateway: {instant: {enabled: false}, audio: {price_per_second: 0.5}}\n", "x.yaml")
    entries = complete_model_list(config, [WHISPER], Sidecars(audio=URL))
    groups = {d.model_group: d for d in deployments_from(entries, config.spec)}
    assert set(groups) == {"whisper-base", "voices"}
    whisper = next(e for e in entries if e["model_name"] == "whisper-base")
    assert whisper["litellm_params"]["input_cost_per_second"] == 0.5
    off = parse_config("gateway: {audio: {enabled: false}}\n", "x.yaml")
    assert "voices" not in {e["model_name"] for e in complete_model_list(off, [], Sidecars(audio=URL))}
    assert GatewaySpec().audio.enabled


def test_a_declared_group_of_the_same_name_wins() -> None:
    text = "model_list:\n- {model_name: voices, litellm_params: {model: openai/tts, api_base: 'http://h/v1'}}\n"
    entries = complete_model_list(parse_config(text, "x.yaml"), [], Sidecars(audio=URL))
    assert [e["litellm_params"]["api_base"] for e in entries if e["model_name"] == "voices"] == ["http://h/v1"]
