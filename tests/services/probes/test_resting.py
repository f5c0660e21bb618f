"""What is in memory, as Ollama and the embedded llama.cpp tell it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.probes.resting import Loaded, keep_alive, loaded, swaps
from services.probes.target import Target

OLLAMA = Target("i", "g", "chat", "ollama", "qwen3:4b", "http://o:11434", "local")
GGUF = Target("j", "h", "chat", "openai", "tiny", "http://l/v1", "local", key="k", found="gguf")
VLLM = Target("v", "v", "chat", "openai", "m", "http://v/v1", "local")


async def _loaded(target: Target, answer: httpx.Response) -> Loaded | None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer)) as client:
        return await loaded(client, target)


def test_who_loads_when_asked() -> None:
    assert [swaps(t) for t in (OLLAMA, GGUF, VLLM)] == [True, True, False]
    audio = (replace(GGUF, found="whisper"), replace(VLLM, model="pocketsphinx"), replace(VLLM, model="voices"))
    assert [swaps(t) for t in audio] == [True, True, False]


async def test_ollama_tells_how_long_a_model_stays() -> None:
    until = (datetime.now(UTC) + timedelta(seconds=100)).isoformat()
    now = await _loaded(OLLAMA, httpx.Response(200, json={"models": [{"name": "qwen3:4b", "expires_at": until}]}))
    assert now is not None
    assert 90 < now.left_s["qwen3:4b"] <= 100
    assert keep_alive(OLLAMA, now) in {f"{n}s" for n in range(90, 101)}
    assert keep_alive(OLLAMA, Loaded({"qwen3:4b": -3.0})) == "5s"
    assert keep_alive(OLLAMA, Loaded()) is None


async def test_the_embedded_llama_cpp() -> None:
    rows = [{"name": "tiny", "state": "loaded"}, {"name": "other", "state": "unloaded"}]
    now = await _loaded(GGUF, httpx.Response(200, json={"models": rows}))
    assert now is not None
    assert set(now.left_s) == {"tiny"}
    assert keep_alive(GGUF, now) is None


@pytest.mark.parametrize(
    "odd", [httpx.Response(500), httpx.Response(200, text="x"), httpx.Response(200, json={"models": 3})]
)
async def test_what_does_not_tell(odd: Any) -> None:
    assert await _loaded(OLLAMA, odd) is None
