"""``signalbox status`` reads what ``up`` leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plugins.routing.config.load import parse_config
from services.cli.main import main
from services.supervisor.lock import owned
from services.supervisor.model_list import Sidecars
from services.supervisor.render import render, to_yaml
from services.supervisor.state import State

SITE = """
model_list:
  - model_name: declared-one
    litellm_params: {model: ollama_chat/a:4b, api_base: "http://127.0.0.1:11434"}
    model_info: {location: local, tier: small}
gateway: {}
"""


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State(tmp_path / "state")
    made.prepare()
    found = {
        "model_name": "found-one",
        "litellm_params": {"model": "ollama_chat/found-one"},
        "model_info": {"location": "local", "tier": "large", "found": "ollama"},
    }
    rendered = render(parse_config(SITE, "x.yaml"), [found], Sidecars(instant="http://127.0.0.1:1/v1"))
    made.rendered.write_text(to_yaml(rendered, Path("x.yaml")))
    one = {"name": "instant", "readiness": "http://x", "state": "ready", "pid": 7, "restarts": 2}
    made.parts.write_text(json.dumps({"parts": [one], "others": []}))
    return made


def status(state: State, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["status", "--state", str(state.root), *arguments])


def test_as_json(state: State) -> None:
    with owned(state.lock):
        done = status(state, "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert told["running"]
    assert told["parts"] == [{"name": "instant", "state": "ready", "pid": 7, "restarts": 2, "readiness": "http://x"}]
    assert [(d["model"], d["from"], d["tier"]) for d in told["deployments"]] == [
        ("declared-one", "declared", "small"),
        ("instant", "built in", "instant"),
        ("found-one", "ollama", "large"),
    ]
    assert {row["name"]: row["standing"] for row in told["abilities"]}["chat, tier large"] == "works"


def test_for_people(state: State) -> None:
    state.config_error.write_text(json.dumps({"problems": ["x.yaml:3: gateway.x: [wrong]"]}))
    with owned(state.lock):
        done = status(state)
    assert done.exit_code == 0
    for words in ("running as process", "instant", "ready", "found-one", "ollama", "x.yaml:3: gateway.x: [wrong]"):
        assert words in done.stdout


def test_nothing_runs(tmp_path: Path) -> None:
    done = status(State(tmp_path / "none"))
    assert done.exit_code == 1
    assert "start it with `signalbox up`" in done.stdout
    assert json.loads(status(State(tmp_path / "none"), "--json").stdout)["parts"] == []


def test_a_part_that_is_not_ready_is_exit_1(state: State) -> None:
    state.parts.write_text(json.dumps({"parts": [{"name": "instant", "state": "restarting"}], "others": []}))
    with owned(state.lock):
        assert status(state).exit_code == 1
