"""The broker's file: written first, for the owner only, and gone where there is no wall."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plugins.routing.config.load import Config, parse_config
from services.supervisor.egress_file import EgressFile
from services.supervisor.state import State

BROKER = "http://127.0.0.1:7000"


def rendered() -> dict[str, Any]:
    far = {"model_name": "far", "litellm_params": {"model": "openai/x", "api_key": "sk-1"}, "model_info": {"id": "far"}}
    rock = {"model_name": "rock", "litellm_params": {"model": "bedrock/x"}, "model_info": {"id": "rock"}}
    return {"model_list": [far, rock], "environment_variables": {"OPENAI_API_KEY": "sk-2", "TZ": "UTC"}}


def config(egress: str) -> Config:
    return parse_config(f"gateway: {{boundary: {{egress: {egress}}}}}\n", "x.yaml")


def state_in(folder: Path) -> State:
    state = State(folder)
    state.prepare()
    return state


def test_targets_are_written_and_warnings_said_once(tmp_path: Path) -> None:
    state, said = state_in(tmp_path), list[str]()
    file = EgressFile(state, BROKER, {}, said.append)
    for _ in range(2):
        made = file.apply(rendered(), config("on"))
    path = state.run / "egress.json"
    assert list(json.loads(path.read_text())["targets"]) == ["far"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry["model_name"] for entry in made["model_list"]] == ["far"]
    assert made["environment_variables"] == {"TZ": "UTC"}
    assert len(said) == 1
    assert "rock" in said[0]


def test_off_leaves_the_file_as_it_is_rendered(tmp_path: Path) -> None:
    state = state_in(tmp_path)
    (state.run / "egress.json").write_text("{}")
    assert EgressFile(state, None, {}, print).apply(rendered(), config("off")) == rendered()
    assert not (state.run / "egress.json").exists()


def test_an_edit_does_not_open_the_wall_nor_send_around_it(tmp_path: Path) -> None:
    running = EgressFile(state_in(tmp_path / "a"), BROKER, {}, print).apply(rendered(), config("off"))
    assert running["model_list"][0]["litellm_params"]["api_base"].startswith(BROKER)
    absent = EgressFile(state_in(tmp_path / "b"), None, {}, print).apply(rendered(), config("on"))
    assert absent["model_list"] == []
