"""Deployments are found while running: a GGUF in the folder, an Ollama that starts later; and they go again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from tests.e2e.prompts import PROMPTS
from tests.support.ollama_standin import PulledModel, ollama_standin
from tests.support.proxy import free_port
from tests.support.system import System, running_system

OLLAMA_PORT = free_port()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system with no model at all, that looks every second."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "models").mkdir()
    discovery = {"ollama": [f"http://127.0.0.1:{OLLAMA_PORT}"], "vllm": [], "cloud": False, "interval_s": 1}
    with running_system(
        folder, json.dumps({"gateway": {"discovery": discovery}}), env={"SIGNALBOX_LLM_THREADS": "1"}
    ) as system:
        yield system


def _names(system: System) -> set[str]:
    with system.client() as http:
        return {row["id"] for row in http.get("/v1/models").json()["data"]}


def _ask(system: System, model: str, intent: str) -> tuple[str, dict[str, str]]:
    client = openai.OpenAI(base_url=f"{system.url}/v1", api_key=system.key, max_retries=0, timeout=60)
    raw = client.chat.completions.with_raw_response.create(
        model=model, messages=[{"role": "user", "content": PROMPTS[intent]}], max_tokens=8
    )
    return raw.parse().choices[0].message.content or "", {k.lower(): v for k, v in raw.headers.items()}


def test_without_a_model_the_answer_is_honest(bare: System) -> None:
    _, headers = _ask(bare, "auto", "smalltalk")
    assert headers["x-signalbox-tier"] == "instant"
    with pytest.raises(openai.InternalServerError) as caught:
        _ask(bare, "auto", "coding")
    assert caught.value.status_code == 503
    assert caught.value.code == "no_capable_deployment"
    for words in ("intent coding", "signalbox models pull", "ollama pull"):
        assert words in caught.value.message


def test_one_file_makes_every_capability_answer_and_leaves_again(bare: System, tiny_gguf: Path) -> None:
    file = bare.config.parent / "models" / "tiny-4b.gguf"
    shutil.copy(tiny_gguf, file)
    bare.wait_for(lambda: "tiny-4b" in _names(bare), "the file to be found", 30)
    for capability, intent, degraded in (
        ("auto", "question", "false"),
        ("auto", "coding", "true"),
        ("reasoning", "reasoning", "true"),
        ("fast", "coding", "false"),
        ("private", "writing", "false"),
    ):
        text, headers = _ask(bare, capability, intent)
        assert text
        assert headers["x-signalbox-tier"] == "small"
        assert headers.get("x-signalbox-degraded", "false") == degraded, (capability, intent)
    _, headers = _ask(bare, "auto", "smalltalk")
    assert headers["x-signalbox-tier"] == "instant"
    file.unlink()
    bare.wait_for(lambda: "tiny-4b" not in _names(bare), "the file to be gone", 30)
    with pytest.raises(openai.InternalServerError):
        _ask(bare, "auto", "coding")


def test_an_ollama_that_starts_later_is_found_with_all_its_models(bare: System, tiny_gguf: Path) -> None:
    models = (PulledModel("small:4b", parameter_size="4.0B"), PulledModel("big:70b", parameter_size="70.6B"))
    with ollama_standin(tiny_gguf, models, port=OLLAMA_PORT) as ollama:
        bare.wait_for(lambda: {"small:4b", "big:70b"} <= _names(bare), "the models to be found", 30)
        # A model that has been slow to answer its first health check comes after the other for a moment.
        bare.wait_for(lambda: _ask(bare, "auto", "question")[1]["x-signalbox-tier"] == "small", "the small one", 60)
        assert ollama.chats()[-1]["model"] == "small:4b"
        _, headers = _ask(bare, "auto", "coding")
        assert (headers["x-signalbox-tier"], ollama.chats()[-1]["model"]) == ("large", "big:70b")
        _, headers = _ask(bare, "big:70b", "question")
        assert ollama.chats()[-1]["model"] == "big:70b"
    bare.wait_for(lambda: "big:70b" not in _names(bare), "the models to be gone", 30)
