"""LiteLLM is asked through the gateway, else by a command, and its words get a line."""

from __future__ import annotations

import json
import os
import sys

import httpx

from plugins.routing.config.load import parse_config
from services.supervisor.litellm_check import LiteLLMCheck, with_lines

TEXT = "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/a\n    rpm: lots\ngateway: {}\n"
CONFIG = parse_config(TEXT, "x.yaml")
TOLD = [{"path": [0, "litellm_params", "rpm"], "message": "no number"}]


async def test_the_gateway_is_asked() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"problems": TOLD})

    check = LiteLLMCheck("http://gw", "sk-1", {}, (), httpx.MockTransport(answer))
    (problem,) = await check(CONFIG, TEXT)
    assert str(problem) == "x.yaml:5: model_list[0].litellm_params.rpm: no number"
    assert asked[0].url.path == "/routing/config/check"
    assert asked[0].headers["authorization"] == "Bearer sk-1"
    assert json.loads(asked[0].content)["deployments"][0]["model_name"] == "a"


async def test_where_the_gateway_does_not_answer_a_command_does() -> None:
    script = f"import json, sys; assert json.load(sys.stdin); print(json.dumps({TOLD!r}))"
    refuses = httpx.MockTransport(lambda _: httpx.Response(503))
    check = LiteLLMCheck("http://gw", "sk-1", os.environ, (sys.executable, "-c", script), refuses)
    (problem,) = await check(CONFIG, TEXT)
    assert problem.line == 5


async def test_where_nobody_answers_the_edit_is_left_to_the_workers() -> None:
    odd = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>"))
    for command in ((), (sys.executable, "-c", "raise SystemExit(1)")):
        assert await LiteLLMCheck("http://gw", "sk-1", os.environ, command, odd)(CONFIG, TEXT) == []


async def test_without_deployments_nobody_is_asked() -> None:
    broken = httpx.MockTransport(lambda _: httpx.Response(500))
    command = (sys.executable, "-c", "raise SystemExit('asked')")
    assert await LiteLLMCheck("http://gw", "k", {}, command, broken)(parse_config("gateway: {}\n", "x"), "") == []


def test_no_problem_reads_no_text() -> None:
    assert with_lines([], "[broken", "x") == []
