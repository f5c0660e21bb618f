"""The rendered file: complete, the user's settings kept, accepted by the routing core."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from plugins.routing.config.load import load_config, parse_config
from services.supervisor.model_list import Sidecars
from services.supervisor.render import CALLBACK, GENERAL_SETTINGS, render, to_yaml, write_rendered

SIDECARS = Sidecars(instant="http://127.0.0.1:5001/v1")
SHIPPED = Path(__file__).parents[3] / "litellm_config.yaml"

SMALL = """
model_list:
  - model_name: qwen
    litellm_params: {model: ollama_chat/qwen3:4b, api_base: "http://127.0.0.1:11434"}
    model_info: {location: local, tier: small}
gateway:
  capabilities: {auto: {}}
"""

SMALL_RENDERED = """\
# Rendered by `signalbox up` from /etc/x.yaml: edits are lost, edit that file instead.
gateway:
  capabilities:
    auto: {}
model_list:
- model_name: qwen
  litellm_params:
    model: ollama_chat/qwen3:4b
    api_base: http://127.0.0.1:11434
  model_info:
    location: local
    id: qwen-50c650
    signalbox_tier: small
"""


def test_golden_head() -> None:
    text = to_yaml(render(parse_config(SMALL, "/etc/x.yaml"), [], SIDECARS), Path("/etc/x.yaml"))
    assert text.startswith(SMALL_RENDERED)


def test_a_file_with_only_model_list_and_gateway_is_completed() -> None:
    made = render(parse_config(SMALL, "x.yaml"), [], SIDECARS)
    assert made["litellm_settings"] == {
        "drop_params": True,
        "num_retries": 1,
        "telemetry": False,
        "use_chat_completions_url_for_anthropic_messages": True,
        "callbacks": [CALLBACK],
    }
    assert made["general_settings"] == {**GENERAL_SETTINGS, "master_key": "os.environ/LITELLM_MASTER_KEY"}
    assert made["gateway"] == {"capabilities": {"auto": {}}}


THEIRS = SMALL.replace(
    "gateway:",
    "gateway:\n  boundary: {third_parties: {my.logger: local, b.c: local, g: local, slack: local, cache: local}}",
)


def test_settings_of_the_user_win_and_callbacks_are_kept() -> None:
    text = THEIRS + (
        "litellm_settings: {num_retries: 5, drop_params: false, callbacks: [my.logger, prometheus], cache: true}\n"
        "general_settings: {master_key: sk-written-here, alerting: [slack], user_api_key_cache_ttl: 5}\n"
        "router_settings: {timeout: 30}\n"
        "guardrails: [{guardrail_name: g}]\n"
    )
    made = render(parse_config(text, "x.yaml"), [], SIDECARS)
    assert made["litellm_settings"]["num_retries"] == 5
    assert made["litellm_settings"]["drop_params"] is False
    assert made["litellm_settings"]["cache"] is True
    assert made["litellm_settings"]["callbacks"] == ["my.logger", "prometheus", CALLBACK]
    assert made["general_settings"] == {
        "master_key": "os.environ/LITELLM_MASTER_KEY",
        "alerting": ["slack"],
        "user_api_key_cache_ttl": 5,
        "proxy_batch_write_at": 2,
        "password_policy_check_breached_passwords": False,
    }
    assert made["router_settings"].pop("model_group_alias")["tts-1"] == {"model": "speech", "hidden": True}
    assert made["router_settings"] == {"timeout": 30}
    assert made["guardrails"] == [{"guardrail_name": "g"}]
    assert "sk-written-here" not in to_yaml(made, Path("x"))


def test_names_of_audio_are_aliases_unless_a_group_or_the_user_has_them() -> None:
    text = (
        "model_list:\n- {model_name: whisper-1, litellm_params: {model: openai/whisper-1}}\n"
        "router_settings: {model_group_alias: {tts-1: mine}}\n"
    )
    made = render(parse_config(text, "x.yaml"), [], SIDECARS)["router_settings"]["model_group_alias"]
    assert "whisper-1" not in made
    assert made["tts-1"] == "mine"
    off = render(parse_config("gateway: {audio: {enabled: false}}\n", "x.yaml"), [], SIDECARS)
    assert off["router_settings"] == {}


@pytest.mark.parametrize(
    ("given", "listed"),
    [("my.logger", ["my.logger", CALLBACK]), (f"[{CALLBACK}, b.c]", [CALLBACK, "b.c"]), ("null", [CALLBACK])],
)
def test_ours_is_added_once(given: str, listed: list[str]) -> None:
    config = parse_config(THEIRS + f"litellm_settings: {{callbacks: {given}}}\n", "x.yaml")
    assert render(config, [], SIDECARS)["litellm_settings"]["callbacks"] == listed


def test_paths_mean_the_folder_of_the_users_file() -> None:
    text = "gateway: {instant: {answers: [own.yaml, /abs.yaml]}, discovery: {models_dir: m}}\ninclude: [more.yaml]\n"
    made = render(parse_config(text, "/etc/box/x.yaml"), [], SIDECARS)
    assert made["gateway"]["instant"]["answers"] == ["/etc/box/own.yaml", "/abs.yaml"]
    assert made["gateway"]["discovery"]["models_dir"] == "/etc/box/m"
    assert made["include"] == ["/etc/box/more.yaml"]


@pytest.mark.parametrize("source", ["small", "empty", "shipped"])
def test_what_is_rendered_is_accepted_and_routes_to_the_same(source: str, tmp_path: Path) -> None:
    text = {"small": SMALL, "empty": "gateway: {}\n", "shipped": SHIPPED.read_text()}[source]
    config = parse_config(text, str(tmp_path / "x.yaml"))
    found = [
        {
            "model_name": "llava:7b",
            "litellm_params": {"model": "ollama_chat/llava:7b", "api_base": "http://127.0.0.1:11434"},
            "model_info": {"location": "local", "tier": "small", "modalities": ["text", "image"], "found": "ollama"},
        }
    ]
    path = tmp_path / "litellm.yaml"
    write_rendered(path, to_yaml(render(config, found, SIDECARS), config.path))
    read = load_config(path)
    assert not read.warnings
    assert [d.model_group for d in read.deployments] == [
        *(d.model_group for d in config.deployments),
        "instant",
        "llava:7b",
    ]
    assert set(read.spec.capabilities) == set(config.spec.capabilities)
    assert "&id" not in path.read_text()


def test_the_file_is_replaced_only_where_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "litellm.yaml"
    assert write_rendered(path, "a: 1\n")
    before = path.stat()
    assert not write_rendered(path, "a: 1\n")
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert write_rendered(path, "a: 2\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert yaml.safe_load(path.read_text()) == {"a": 2}


def test_rendering_twice_gives_the_same_text() -> None:
    config = parse_config(SMALL, "x.yaml")
    assert to_yaml(render(config, [], SIDECARS), Path("x")) == to_yaml(render(config, [], SIDECARS), Path("x"))
