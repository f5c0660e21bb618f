"""The same deployments without a running system."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.routing.config.deployments import deployments_from
from services.supervisor.audio_entries import SPHINX, VOICES
from services.supervisor.model_list import DOCUMENTS, RETRIEVAL, Sidecars, complete_model_list
from services.supervisor.offline import config_as_rendered, last_rendered
from services.supervisor.options import read_config, read_options
from services.supervisor.policy_file import PolicyFile
from services.supervisor.state import State

FOUND = {
    "model_name": "found-one",
    "litellm_params": {"model": "ollama_chat/found-one", "api_base": "http://127.0.0.1:11434"},
    "model_info": {"location": "local", "tier": "small", "found": "ollama"},
}


def test_they_are_those_of_the_running_gateway(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("model_list:\n- {model_name: m, litellm_params: {model: ollama_chat/m}}\ngateway: {}\n")
    state = State(tmp_path / "state")
    state.prepare()
    config = read_config(file)
    base = "http://127.0.0.1"
    sidecars = Sidecars(f"{base}:5001/v1", f"{base}:5002/v1", f"{base}:5003", f"{base}:5004")
    policy = PolicyFile(config, state, lambda _: sidecars, lambda _: None)
    policy.write([FOUND])
    offline = config_as_rendered(read_options({}, config=str(file), state=str(state.root)))
    assert offline.deployments == policy.deployments([FOUND])
    assert offline.deployments == deployments_from(complete_model_list(config, [FOUND], sidecars), config.spec)
    ours = ["m", "instant", *RETRIEVAL, DOCUMENTS, "found-one", SPHINX, VOICES]
    assert [d.model_group for d in offline.deployments] == ours


@pytest.mark.parametrize("damage", [None, b"", b"[", b"- 1\n", b"\xff\xfe"])
def test_a_damaged_or_missing_rendered_file_tells_nothing(tmp_path: Path, damage: bytes | None) -> None:
    state = State(tmp_path)
    state.prepare()
    if damage is not None:
        state.rendered.write_bytes(damage)
    assert last_rendered(state) == {}
