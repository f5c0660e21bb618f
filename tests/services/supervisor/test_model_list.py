"""Declared, built in, found, placeholders: who wins, and ids that stay."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.config.deployments import deployment_id
from plugins.routing.config.load import Config, parse_config
from services.supervisor.model_list import DEAD_END, Sidecars, complete_model_list, found_in

INSTANT_URL = "http://127.0.0.1:5001/v1"
CAPABILITIES = [
    "auto",
    "fast",
    "reasoning",
    "code",
    "document_qa",
    "vision",
    "private",
    "embed",
    "rerank",
    "transcribe",
    "speech",
    "ocr",
]

Entry = dict[str, Any]


def config_of(model_list: str = "", gateway: str = "gateway: {}") -> Config:
    return parse_config(f"{gateway}\n" + (f"model_list:\n{model_list}" if model_list else ""), "x.yaml")


def found_entry(name: str, model: str, base: str, source: str = "ollama") -> Entry:
    return {
        "model_name": name,
        "litellm_params": {"model": model, "api_base": base},
        "model_info": {"location": "local", "tier": "small", "modalities": ["text"], "mode": "chat", "found": source},
    }


def names(entries: list[Entry]) -> list[str]:
    return [e["model_name"] for e in entries]


def ids(entries: list[Entry]) -> list[str]:
    return [e["model_info"]["id"] for e in entries]


QWEN = "  - model_name: qwen\n    litellm_params: {model: ollama_chat/qwen3:4b, api_base: 'http://127.0.0.1:11434'}\n"


def test_an_empty_file_is_complete() -> None:
    entries = complete_model_list(config_of(), [], Sidecars(instant=INSTANT_URL))
    assert names(entries) == ["instant", *CAPABILITIES]
    instant = entries[0]
    assert instant["litellm_params"]["api_base"] == INSTANT_URL
    assert instant["litellm_params"]["api_key"] == "os.environ/SIGNALBOX_INTERNAL_KEY"
    assert instant["litellm_params"]["use_chat_completions_api"] is True
    assert instant["model_info"] == {
        "id": "instant",
        "location": "local",
        "signalbox_tier": "instant",
        "modalities": ["text"],
        "builtin": True,
    }
    auto = entries[1]
    assert auto["litellm_params"]["api_base"] == DEAD_END
    assert auto["litellm_params"]["input_cost_per_token"] == auto["litellm_params"]["output_cost_per_token"] == 1e-9
    assert auto["model_info"] == {"id": "capability-auto", "signalbox_placeholder": True, "mode": "chat"}
    assert {e["model_name"]: e["model_info"]["mode"] for e in entries[1:]}["embed"] == "embedding"


def test_a_skill_is_answered_by_the_built_in_service_and_asked_for_by_its_own_name() -> None:
    config = parse_config("gateway: {skills: {lead: {}}}", "x.yaml")
    entries = complete_model_list(config, [], Sidecars(instant=INSTANT_URL))
    skill = next(entry for entry in entries if entry["model_name"] == "skills/lead")
    assert skill["litellm_params"]["model"] == "openai/skill/lead"
    assert skill["litellm_params"]["api_base"] == INSTANT_URL
    assert skill["model_info"]["probe"] is False
    assert "json_object" in skill["model_info"]["features"]
    asked = next(entry for entry in entries if entry["model_name"] == "skill/lead")
    assert asked["model_info"]["signalbox_placeholder"] is True


def test_no_instant_where_it_does_not_run_or_is_switched_off_or_declared() -> None:
    off = config_of(gateway="gateway: {instant: {enabled: false}}")
    own = config_of("  - model_name: instant\n    litellm_params: {model: openai/x, api_base: 'http://h/v1'}\n")
    assert "instant" not in names(complete_model_list(config_of(), [], Sidecars()))
    assert "instant" not in names(complete_model_list(off, [], Sidecars(instant=INSTANT_URL)))
    assert names(complete_model_list(own, [], Sidecars(instant=INSTANT_URL))).count("instant") == 1


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        (found_entry("other", "ollama_chat/other", "http://127.0.0.1:11434"), True),
        (found_entry("qwen", "ollama_chat/else", "http://127.0.0.1:11434"), False),
        (found_entry("qwen3:4b", "ollama_chat/qwen3:4b", "http://127.0.0.1:11434"), False),
        (found_entry("qwen3:4b", "ollama_chat/qwen3:4b", "http://10.0.0.9:11434"), True),
        (found_entry("auto", "ollama_chat/auto", "http://127.0.0.1:11434"), False),
        (found_entry("instant", "ollama_chat/instant", "http://127.0.0.1:11434"), False),
    ],
    ids=["new", "same group", "same model and address", "elsewhere", "a capability's name", "the built-in's name"],
)
def test_declared_wins_over_found(found: Entry, kept: bool) -> None:
    entries = complete_model_list(config_of(QWEN), [found], Sidecars(instant=INSTANT_URL))
    assert any(e["model_info"].get("found") for e in entries) is kept
    assert names(entries)[0] == "qwen"


def test_ids_are_those_of_the_routing_core_and_stay_when_a_port_changes() -> None:
    found = [found_entry("m", "openai/m", f"http://127.0.0.1:{port}/v1", "gguf") for port in (1, 2)]
    first, second = (complete_model_list(config_of(QWEN), [one], Sidecars()) for one in found)
    assert ids(first) == ids(second)
    assert first[0]["model_info"]["id"] == deployment_id(config_of(QWEN).raw["model_list"][0])
    assert first[0]["model_info"]["id"].startswith("qwen-")


def test_ids_are_unique() -> None:
    entries = complete_model_list(config_of(QWEN + QWEN), [], Sidecars())
    assert ids(entries)[1] == ids(entries)[0] + "-2"
    assert len(set(ids(entries))) == len(entries)


def test_an_id_of_the_users_stays() -> None:
    entries = complete_model_list(config_of(QWEN + "    model_info: {id: mine, tier: large}\n"), [], Sidecars())
    assert entries[0]["model_info"] == {"id": "mine", "signalbox_tier": "large"}


def test_what_the_user_wrote_is_not_changed() -> None:
    config = config_of(QWEN + "    model_info: {tier: small}\n")
    complete_model_list(config, [], Sidecars(serve={0: "http://127.0.0.1:1/v1"}))
    assert config.raw["model_list"][0]["model_info"] == {"tier": "small"}
    assert "api_key" not in config.raw["model_list"][0]["litellm_params"]


@pytest.mark.parametrize(
    ("params", "bridged"),
    [
        ("{model: openai/x, api_base: 'http://10.0.0.5/v1'}", True),
        ("{model: openai/x, api_base: 'http://10.0.0.5/v1', use_chat_completions_api: false}", False),
        ("{model: openai/gpt, api_base: 'https://api.openai.com/v1'}", None),
        ("{model: openai/gpt}", None),
        ("{model: hosted_vllm/x, api_base: 'http://10.0.0.5/v1'}", None),
    ],
)
def test_servers_that_only_speak_chat_are_asked_for_chat(params: str, bridged: bool | None) -> None:
    entries = complete_model_list(config_of(f"  - model_name: m\n    litellm_params: {params}\n"), [], Sidecars())
    assert entries[0]["litellm_params"].get("use_chat_completions_api") is bridged


def test_a_served_deployment_gets_its_address_but_keeps_its_id() -> None:
    text = "  - model_name: v\n    litellm_params: {model: hosted_vllm/v}\n"
    text += "    model_info: {serve: {engine: vllm, model: /m}}\n"
    at = [complete_model_list(config_of(text), [], Sidecars(serve={0: f"http://127.0.0.1:{p}/v1"})) for p in (1, 2)]
    assert at[0][0]["litellm_params"]["api_base"] == "http://127.0.0.1:1/v1"
    assert ids(at[0]) == ids(at[1])


def test_a_placeholder_of_the_users_stands_for_ours() -> None:
    text = "  - model_name: auto\n    litellm_params: {model: openai/p}\n"
    text += "    model_info: {id: a, signalbox_placeholder: true}\n"
    entries = complete_model_list(config_of(text), [], Sidecars())
    assert names(entries).count("auto") == 1
    assert names(entries) == CAPABILITIES


def test_found_entries_are_read_back_from_a_rendered_file() -> None:
    found = found_entry("m", "ollama_chat/m", "http://127.0.0.1:11434")
    rendered = complete_model_list(config_of(QWEN), [found], Sidecars(instant=INSTANT_URL))
    again = complete_model_list(config_of(QWEN), found_in({"model_list": rendered}), Sidecars(instant=INSTANT_URL))
    assert again == rendered
    assert found_in({}) == found_in({"model_list": "x"}) == []


def test_the_box_embeds_and_reranks_unless_something_declared_does() -> None:
    ours = Sidecars(retrieval="http://127.0.0.1:5002/v1")
    entries = {e["model_name"]: e for e in complete_model_list(config_of(), [], ours)}
    assert entries["minilm"]["litellm_params"]["model"] == "hosted_vllm/minilm"
    assert entries["minilm"]["model_info"]["mode"] == "embedding"
    assert (
        entries["minilm-rerank"]["model_info"] | {"mode": "rerank", "location": "local"}
        == (entries["minilm-rerank"]["model_info"])
    )
    text = "  - model_name: own\n    litellm_params: {model: openai/text-embedding-3-small}\n"
    assert "minilm" not in names(complete_model_list(config_of(text), [], ours))
    assert "minilm-rerank" in names(complete_model_list(config_of(text), [], ours))


def test_a_closed_boundary_renders_nothing_outside() -> None:
    declared = (
        "  - {model_name: far, litellm_params: {model: openai/x}, model_info: {location: cloud}}\n"
        "  - {model_name: nowhere, litellm_params: {model: openai/x}}\n"
        "  - {model_name: near, litellm_params: {model: ollama/x}, model_info: {location: local}}\n"
    )
    cloud = found_entry("gpt", "openai/gpt", "https://api.openai.com/v1", "environment")
    cloud["model_info"]["location"] = "cloud"
    near = found_entry("qwen", "ollama_chat/qwen", "http://127.0.0.1:11434")
    config = config_of(declared, "gateway: {boundary: {mode: closed}}")
    made = names(complete_model_list(config, [cloud, near], Sidecars(instant=INSTANT_URL)))
    assert made == ["near", "instant", "qwen", *CAPABILITIES]
    assert sum("is not loaded" in w.message for w in config.warnings) == 2
