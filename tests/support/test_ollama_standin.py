"""The stand-in satisfies the clients that the real Ollama satisfies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ollama
import pytest

from tests.support.ollama_standin import OllamaStandIn, PulledModel, ollama_standin
from tests.support.tiny_gguf import SENTENCE, STRING, tiny_gguf, write_tiny_gguf

__all__ = ["tiny_gguf"]

MODELS = [PulledModel(), PulledModel("embed:latest", "137M", capabilities=("embedding",))]
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "the weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture(scope="module")
def server(tiny_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OllamaStandIn]:
    embed = write_tiny_gguf(tmp_path_factory.mktemp("embed") / "e.gguf", pooling=1)
    with ollama_standin(tiny_gguf, MODELS, embedding_gguf=embed) as running:
        yield running


@pytest.fixture
def client(server: OllamaStandIn) -> Iterator[ollama.Client]:
    made = ollama.Client(server.url)
    yield made
    made._client.close()


def ask(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def test_models(client: ollama.Client) -> None:
    assert [m.model for m in client.list().models] == ["tiny:latest", "embed:latest"]
    shown = client.show("tiny")
    assert shown.modelinfo is not None
    assert shown.modelinfo["llama.context_length"] == 2048
    assert shown.capabilities == ["completion", "tools"]
    assert client.ps().models == []


def test_chat(client: ollama.Client, server: OllamaStandIn) -> None:
    whole = client.chat("tiny", ask("hi"), options={"temperature": 0})
    assert (whole.message.content, whole.done_reason, whole.eval_count) == (SENTENCE, "stop", 17)
    parts = list(client.chat("tiny", ask("hi"), stream=True))
    assert "".join(p.message.content or "" for p in parts) == SENTENCE
    assert [p.done for p in parts][-2:] == [False, True]
    assert len(parts) == 17
    assert client.generate("tiny", "hi").response == SENTENCE
    assert server.chats()[0]["options"] == {"temperature": 0}


def test_limits_and_formats(client: ollama.Client) -> None:
    cut = client.chat("tiny", ask("hi"), options={"num_predict": 2})
    assert (cut.message.content, cut.done_reason) == ("This is", "length")
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    told = client.chat("tiny", ask("hi"), format=schema, options={"temperature": 0}).message.content
    assert told is not None
    assert STRING in told
    assert told.startswith("{")


@pytest.mark.parametrize("stream", [False, True])
def test_tools(client: ollama.Client, stream: Any) -> None:
    answer: Any = client.chat("tiny", ask("use get_weather"), tools=[TOOL], stream=stream, options={"temperature": 0})
    parts = list(answer) if stream else [answer]
    (call,) = [c for p in parts for c in p.message.tool_calls or ()]
    assert (call.function.name, call.function.arguments) == ("get_weather", {"city": STRING})


def test_embeddings_and_errors(client: ollama.Client) -> None:
    assert len(client.embed("embed", ["a", "b"]).embeddings) == 2
    for model, says in (("nope", "not found"), ("embed", "does not support chat")):
        with pytest.raises(ollama.ResponseError, match=says):
            client.chat(model, ask("hi"))
    with pytest.raises(ollama.ResponseError, match="does not support embeddings"):
        client.embed("tiny", "x")
