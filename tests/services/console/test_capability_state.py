from __future__ import annotations

import pytest

from plugins.routing.config.load import parse_config
from services.console.capability_state import CapabilityState, alike, capability_states
from tests.services.console.seed import CONFIG

INSTANT = """{model_name: instant, litellm_params: {model: hosted_vllm/i},
  model_info: {location: local, tier: instant, builtin: true}}"""
SMALL = "{model_name: small, litellm_params: {model: hosted_vllm/s}, model_info: {location: local, tier: small}}"
OTHER = "{model_name: other, litellm_params: {model: hosted_vllm/o}, model_info: {location: local, tier: small}}"
CLOUD = "{model_name: big, litellm_params: {model: openai/b}, model_info: {location: cloud, tier: frontier}}"


def states(*entries: str, gateway: str = "{}") -> dict[str, CapabilityState]:
    text = "model_list: [" + ", ".join(entries) + f"]\ngateway: {gateway}\n"
    return {c.name: c for c in capability_states(parse_config(text, "x.yaml"))}


def test_a_full_machine() -> None:
    found = {c.name: c for c in capability_states(parse_config(CONFIG, "x.yaml"))}
    assert found["auto"].state == "works"
    assert found["auto"].served_by == ("qwen-small", "llama-large", "frontier", "pilot")
    assert found["reasoning"].served_by == ("llama-large", "frontier")
    assert found["vision"].served_by == ("llama-large", "frontier")
    assert found["private"].served_by == ("qwen-small", "llama-large")
    assert found["embed"].state == "needs a model"
    assert "`model_info.mode: embedding`" in found["embed"].note


def test_a_bare_machine_has_built_in_answers_only() -> None:
    found = states(INSTANT)
    assert (found["auto"].state, found["auto"].served_by) == ("built-in answers", ("instant",))
    assert "`ollama pull NAME`" in found["auto"].note
    assert states()["auto"].state == "needs a model"


def test_one_local_model_serves_all_but_images() -> None:
    found = states(INSTANT, SMALL)
    assert {found[name].state for name in ("auto", "fast", "reasoning", "code", "private")} == {"works"}
    assert found["vision"].state == "needs a model"
    assert "reads images" in found["vision"].note


def test_a_cloud_alone_is_limited_to_what_its_zone_may_get() -> None:
    found = states(CLOUD)
    assert found["auto"].state == "limited"
    assert "Only for public data" in found["auto"].note
    assert found["private"].state == "needs a model"
    assert found["fast"].state == "needs a model"


@pytest.mark.parametrize(
    ("when", "state", "words"), [("degrade", "works", "Degraded"), ("refuse", "needs a model", "refuse")]
)
def test_models_below_the_wanted_tier(when: str, state: str, words: str) -> None:
    found = states(SMALL, OTHER, gateway=f"{{when_unavailable: {when}}}")
    assert found["reasoning"].state == state
    assert words in found["reasoning"].note
    assert found["auto"].state == "works"


def test_what_is_alike_is_said_once() -> None:
    groups = [[c.name for c in group] for group in alike(states(INSTANT).values())]
    assert groups[0] == ["auto", "fast", "reasoning", "code", "private"]
    assert groups[1:3] == [["document_qa"], ["vision"]]
    assert alike(()) == ()
