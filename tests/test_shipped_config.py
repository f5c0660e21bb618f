"""The shipped configuration is complete, says what the code does, and works on a bare machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from plugins.routing.config.load import Config, load_config, parse_config
from plugins.routing.config.model_list import FEATURES, MODES, OUR_KEYS
from plugins.routing.config.spec import Capability, GatewaySpec
from plugins.routing.types import Tier

FILE = Path(__file__).parent.parent / "litellm_config.yaml"
TEXT = FILE.read_text()


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config(FILE)


def test_it_names_no_model_and_has_no_warning(config: Config) -> None:
    assert config.deployments == ()
    assert config.warnings == ()


def test_every_written_default_is_the_real_one(config: Config) -> None:
    assert config.spec == GatewaySpec()


def keys_of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items() if not field.exclude}


def test_every_key_stands_in_it(config: Config) -> None:
    section: dict[str, Any] = config.raw["gateway"]
    assert set(section) == keys_of(GatewaySpec)
    for name, field in GatewaySpec.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            assert set(section[name]) == keys_of(field.annotation), name
    assert set(section["intents"]) == set(GatewaySpec().intents)
    assert set(section["capabilities"]) == set(GatewaySpec().capabilities)


@pytest.mark.parametrize(
    "word",
    sorted(
        {*keys_of(Capability), *OUR_KEYS, *FEATURES, *MODES, *(t.label for t in Tier), "signalbox_tier"}
        - {"found", "builtin"}
    ),
)
def test_every_key_and_word_is_explained(word: str) -> None:
    assert re.search(rf"\b{word}\b", TEXT)


def test_every_key_of_ours_has_a_comment_with_its_default() -> None:
    lines = TEXT[TEXT.index("\ngateway:") :].splitlines()
    for number, line in enumerate(lines):
        match = re.match(r"    ([a-z_]+):", line)
        if match and match[1] in {*keys_of(GatewaySpec), "default_class", "cooldown_s", "probes", "max_chars"}:
            assert lines[number - 1].lstrip().startswith("#"), line


def test_plain_litellm_knows_each_capability(config: Config) -> None:
    placeholders = {
        e["model_name"]: e for e in config.raw["model_list"] if e["model_info"].get("signalbox_placeholder")
    }
    assert set(placeholders) == set(config.spec.capabilities)
    for name, entry in placeholders.items():
        assert entry["model_info"]["id"] == f"capability-{name}"
        assert entry["model_info"]["mode"] == config.spec.capabilities[name].mode
        assert 0 < entry["litellm_params"]["input_cost_per_token"] < 1e-6
    assert config.raw["litellm_settings"]["callbacks"] == ["plugins.litellm_hooks.signalbox"]
    assert config.raw["general_settings"]["master_key"] == "os.environ/LITELLM_MASTER_KEY"


def test_the_commented_examples_are_valid() -> None:
    section = TEXT[TEXT.index("  # Ollama (found") : TEXT.index("\ngateway:")]
    wanted = [line[4:] for line in section.splitlines() if re.match(r"  # ( |-)", line)]
    config = parse_config(yaml.safe_dump({"model_list": yaml.safe_load("\n".join(wanted))}), "examples")
    assert [(d.model_group, d.location, d.tier.label) for d in config.deployments] == [
        ("qwen-small", "local", "small"),
        ("llama-large", "local", "large"),
        ("qwen-vllm", "local", "large"),
        ("frontier", "cloud", "frontier"),
    ]
    assert config.warnings == ()
