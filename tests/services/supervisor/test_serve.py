"""Servers that a deployment asks for."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from plugins.routing.config.load import parse_config
from services.supervisor.serve import ServeError, interpreter, port_of, serve_part, served

TEXT = """
model_list:
  - model_name: plain
    litellm_params: {model: openai/x, api_base: "http://127.0.0.1:1/v1"}
  - model_name: big
    litellm_params: {model: hosted_vllm/big-model}
    model_info: {location: local, serve: {engine: vllm, model: /models/big, args: [--max-model-len, 512]}}
  - model_name: fixed
    litellm_params: {model: hosted_vllm/fixed, api_base: "http://127.0.0.1:8123/v1"}
    model_info: {location: local, serve: {engine: vllm, model: /models/f, args: [--served-model-name, fixed]}}
gateway: {}
"""
ASKED = served(parse_config(TEXT, "x.yaml"))


def test_only_entries_that_ask_are_served() -> None:
    assert [(one.index, one.model, one.served_name) for one in ASKED] == [
        (1, "/models/big", "big-model"),
        (2, "/models/f", "fixed"),
    ]
    assert all(one.name.startswith("vllm-") for one in ASKED)
    assert [port_of(one) for one in ASKED] == [None, 8123]
    assert served(parse_config("gateway: {}\n", "x.yaml")) == ()


def test_the_command_is_vllms_own_server() -> None:
    part = serve_part(ASKED[0], 7000, {"SIGNALBOX_VLLM_PYTHON": "/opt/vllm/bin/python", "HF_TOKEN": "t"})
    assert " ".join(part.command) == (
        "/opt/vllm/bin/python -m vllm.entrypoints.openai.api_server --model /models/big --host 127.0.0.1 --port 7000 "
        "--served-model-name big-model --max-model-len 512"
    )
    assert part.readiness == "http://127.0.0.1:7000/health"
    assert part.env["HF_TOKEN"] == "t"
    assert serve_part(ASKED[1], 8123, {"SIGNALBOX_VLLM_PYTHON": "p"}).command.count("--served-model-name") == 1


def test_without_vllm_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ServeError, match=r"pip install.*SIGNALBOX_VLLM_PYTHON"):
        interpreter({})
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert interpreter({}) == sys.executable
