"""Real llama.cpp: a healthy model passes, one with broken weights does not; the other modes at the transport."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import gguf
import httpx
import numpy as np
import pytest

from services.probes.ask import Result, ask, question_for
from services.probes.target import Target
from tests.support.llama_cpp import llama_cpp
from tests.support.tiny_gguf import tiny_gguf

__all__ = ["tiny_gguf"]


def to(url: str, mode: Any = "chat", dialect: Any = "openai", **more: Any) -> Target:
    return Target("i", "g", mode, dialect, "m", f"{url}/v1", "local", **more)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as made:
        yield made


def broken(model: Path, folder: Path) -> Path:
    """The same file with an output head that always says one token, as damaged weights do."""
    copy = folder / "broken.gguf"
    copy.write_bytes(model.read_bytes())
    tensor = next(t for t in gguf.GGUFReader(copy, "r+").tensors if t.name == "output.weight")
    tensor.data[:] = 0
    tensor.data[7 + ord("@"), 0] = np.float16(5.0)  # the bytes' tokens come after seven others
    return copy


async def test_a_healthy_llama_cpp(tiny_gguf: Path, client: httpx.AsyncClient) -> None:
    with llama_cpp(tiny_gguf) as server:
        assert await ask(client, to(server.url)) == Result("right")
        wrong = await ask(client, to(server.url, expect="elephant"))
        assert wrong == Result("wrong", "it is not the expected answer")
    silent = await ask(client, to(server.url))
    assert silent is not None
    assert silent.state == "silent"


async def test_a_llama_cpp_with_damaged_weights(tiny_gguf: Path, tmp_path: Path, client: httpx.AsyncClient) -> None:
    with llama_cpp(broken(tiny_gguf, tmp_path)) as server:
        found = await ask(client, to(server.url))
    assert found is not None
    assert found.state == "wrong", found


async def _asked(target: Target, answer: Callable[[httpx.Request], httpx.Response]) -> Result | None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        return await ask(client, target)


async def test_a_transcriber_that_hears_nothing() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/audio/transcriptions"
        assert b"RIFF" in request.content
        return httpx.Response(200, json={"text": ""})

    assert await _asked(to("http://x", "audio_transcription"), answer) == Result("wrong", "speech was heard as nothing")


@pytest.mark.parametrize(
    ("mode", "path", "right"),
    [
        ("completion", "/v1/completions", httpx.Response(200, json={"choices": [{"text": "a word"}]})),
        ("embedding", "/v1/embeddings",
         httpx.Response(200, json={"data": [{"embedding": [1.0, 0.0]}, {"embedding": [0.0, 1.0]}]})),
        ("rerank", "/v1/rerank",
         httpx.Response(200, json={"results": [{"index": 1, "relevance_score": 1.0}]})),
        ("audio_speech", "/v1/audio/speech", httpx.Response(200, content=b"RIFF" + bytes(range(256)))),
        ("ocr", "/v1/ocr", httpx.Response(200, json={"pages": [{"markdown": "signalbox probe"}]})),
    ],
)  # fmt: skip
async def test_each_mode_has_its_question(mode: str, path: str, right: httpx.Response) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return right

    assert await _asked(to("http://x", mode, key="k"), answer) == Result("right")
    assert asked[0].url.path == path
    assert asked[0].headers["authorization"] == "Bearer k"


async def test_ollama_is_asked_in_its_own_words_and_nothing_is_prolonged() -> None:
    target = Target("i", "g", "chat", "ollama", "qwen", "http://x:11434", "local", sees=True)
    question = question_for(target, "30s")
    assert question is not None
    assert (question.path, question.body["keep_alive"], question.body["stream"]) == ("/api/chat", "30s", False)
    assert "data:" not in question.body["messages"][0]["images"][0]
    said = {"message": {"content": "Red."}, "done": True}
    assert await _asked(target, lambda _: httpx.Response(200, json=said)) == Result("right")
    vectors = Target("i", "g", "embedding", "ollama", "m", "http://x:11434", "local")
    body = {"embeddings": [[1.0, 0.0], [0.0, 1.0]]}
    assert await _asked(vectors, lambda _: httpx.Response(200, json=body)) == Result("right")


def test_a_picture_is_sent_to_what_sees() -> None:
    question = question_for(to("http://x", sees=True))
    assert question is not None
    assert json.dumps(dict(question.body)).count("data:image/png") == 1


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (httpx.Response(503), "silent"),
        (httpx.Response(429), "silent"),
        (httpx.Response(404), "wrong"),
        (httpx.Response(200, text="<html>"), "wrong"),
    ],
)
async def test_what_other_answers_mean(answer: httpx.Response, state: str) -> None:
    found = await _asked(to("http://x"), lambda _: answer)
    assert found is not None
    assert found.state == state


async def test_a_mode_without_a_probe() -> None:
    assert await _asked(to("http://x", "image_generation"), lambda _: httpx.Response(500)) is None
