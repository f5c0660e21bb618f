"""What servers tell about their load."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from services.probes.loads import AGAIN_S, LoadReader, Told, from_metrics
from services.probes.target import Target

VLLM = """
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 3.0
vllm:num_requests_running{engine="1",model_name="m"} 1.0
vllm:num_requests_waiting{engine="0",model_name="m"} 2.0
vllm:num_requests_waiting{engine="0",model_name="other"} 9.0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25
"""
LLAMA = "llamacpp:requests_processing 2\nllamacpp:requests_deferred 1\n"
AT_VLLM = Target("v", "v", "chat", "openai", "m", "http://v:8000/v1", "local")
AT_OLLAMA = Target("o", "o", "chat", "ollama", "qwen", "http://o:11434", "local")
AT_LLM = Target("l", "l", "chat", "openai", "tiny", "http://l/v1", "local", found="gguf")


def test_metrics_of_vllm_and_llama_cpp() -> None:
    assert from_metrics(VLLM, "m") == Told(4, 2, 0.25, True)
    assert from_metrics(LLAMA, "m") == Told(2, 1, None, True)
    assert from_metrics("python_gc_objects_collected_total 3\n", "m") is None
    assert from_metrics("vllm:num_requests_running{} x\n", "m") is None


def save(path: Path, text: str) -> None:
    path.write_text(text)


async def test_each_server_is_asked_in_its_way(tmp_path: Path) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        if request.url.host == "v":
            return httpx.Response(200, text=VLLM)
        if request.url.host == "o":
            assert request.url.path == "/api/ps"
            return httpx.Response(200, json={"models": [{"name": "qwen:latest"}]})
        rows = [{"name": "tiny", "state": "unloaded", "in_flight": 0, "waiting": 0}]
        return httpx.Response(200, json={"models": rows})

    found = await LoadReader(
        lambda: [AT_VLLM, AT_OLLAMA, AT_LLM], tmp_path / "load.json", save, httpx.MockTransport(server)
    ).look()
    assert found == {
        "v": Told(4, 2, 0.25, True),
        "o": Told(None, None, None, True),
        "l": Told(0, 0, None, False),
    }
    assert json.loads((tmp_path / "load.json").read_text())["loads"]["v"]["kv"] == 0.25


async def test_a_server_without_such_a_route_is_left_alone_for_a_while(tmp_path: Path) -> None:
    asked, now = [], [0.0]

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(404)

    reader = LoadReader(lambda: [AT_VLLM], tmp_path / "x", save, httpx.MockTransport(server), lambda: now[0])
    assert await reader.look() == {}
    assert await reader.look() == {}
    assert len(asked) == 1
    now[0] = AGAIN_S + 1
    await reader.look()
    assert len(asked) == 2


async def test_a_server_that_is_down_tells_nothing(tmp_path: Path) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down")

    assert await LoadReader(lambda: [AT_VLLM], tmp_path / "x", save, httpx.MockTransport(server)).look() == {}
