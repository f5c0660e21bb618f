from __future__ import annotations

from pathlib import Path

from plugins.routing.config.load import parse_config
from plugins.routing.types import DataClass
from services.console.inventory import Zone, highest_class, inventory_of, read_inventory
from tests.services.console.seed import CONFIG


def test_entries_say_where_they_come_from_and_what_they_may_get() -> None:
    entries = inventory_of(parse_config(CONFIG, "x.yaml")).entries
    assert [(e.deployment.model_group, e.origin, e.runs, e.highest.label) for e in entries] == [
        ("instant", "built in", "openai/instant", "restricted"),
        ("qwen-small", "found: ollama", "ollama_chat/qwen3:4b", "restricted"),
        ("llama-large", "found: vllm", "hosted_vllm/llama-3.3-70b", "restricted"),
        ("frontier", "declared", "anthropic/claude", "public"),
        ("pilot", "declared", "openai/pilot", "public"),
    ]


def test_zones_with_those_that_nobody_named_last() -> None:
    zones = inventory_of(parse_config(CONFIG, "x.yaml")).zones
    assert Zone("local", DataClass.RESTRICTED, True, 3) in zones
    assert Zone("eu-cloud", DataClass.INTERNAL, True, 0) in zones
    assert zones[-1] == Zone("site-b", DataClass.PUBLIC, False, 1)


def test_an_unnamed_location_gets_the_lowest_class() -> None:
    assert highest_class("nowhere", {"local": DataClass.RESTRICTED}) is DataClass.PUBLIC


def test_no_key_and_no_url_is_passed_on() -> None:
    shown = repr(inventory_of(parse_config(CONFIG, "x.yaml")).entries)
    assert "hush" not in shown
    assert "pilot.example" not in shown


def test_a_missing_or_broken_file_is_a_problem_in_words(tmp_path: Path) -> None:
    file = tmp_path / "litellm.yaml"
    assert "`signalbox up` writes it" in (read_inventory(file).problem or "")
    file.write_text("gateway: {boundry: {}}")
    broken = read_inventory(file)
    assert broken.config is None
    assert "boundry" in (broken.problem or "")


def test_the_same_deployment_twice_keeps_both(tmp_path: Path) -> None:
    twice = "model_list:\n" + "  - {model_name: a, litellm_params: {model: openai/a}}\n" * 2 + "gateway: {}\n"
    entries = inventory_of(parse_config(twice, "x.yaml")).entries
    assert [e.runs for e in entries] == ["openai/a", "openai/a"]
