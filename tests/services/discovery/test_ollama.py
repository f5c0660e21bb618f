from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.discovery.ollama import find, host_url, server_urls, to_entry
from tests.support.ollama_standin import PulledModel, ollama_standin

URL = "http://127.0.0.1:11434"


def tag(name: str, size: str, family: str = "qwen3", families: list[str] | None = None) -> dict[str, Any]:
    details = {"format": "gguf", "family": family, "families": families or [family], "parameter_size": size}
    return {"model": name, "size": 2_620_788_019, "digest": "e55aed6fe643", "details": details}


def show(architecture: str, context: int, capabilities: list[str] | None, **more: Any) -> dict[str, Any]:
    info = {"general.architecture": architecture, f"{architecture}.context_length": context}
    return {"model_info": info, "capabilities": capabilities, "details": {}, **more}


CASES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, str], dict[str, Any]]] = [
    (
        "a model with tools",
        tag("qwen3:4b", "4.0B"),
        show("qwen3", 40_960, ["completion", "tools", "thinking"]),
        {},
        {
            "params": {"model": "ollama_chat/qwen3:4b", "api_base": URL, "num_ctx": 32_768},
            "tier": "small", "parameters_b": 4.0, "context_window": 32_768, "modalities": ["text"], "mode": "chat",
            "features": ["json_object", "json_schema", "tools"],
        },
    ),
    (
        "a large one that sees",
        tag("gemma3:27b", "27.4B", "gemma3"),
        show("gemma3", 131_072, ["completion", "vision"]),
        {"OLLAMA_CONTEXT_LENGTH": "65536"},
        {
            "params": {"model": "ollama_chat/gemma3:27b", "api_base": URL, "num_ctx": 65_536},
            "tier": "large", "parameters_b": 27.4, "context_window": 65_536, "modalities": ["text", "image"],
            "features": ["json_object", "json_schema"],
        },
    ),
    (
        "an embedding model",
        tag("nomic-embed-text:latest", "137M", "nomic-bert"),
        show("nomic-bert", 2_048, ["embedding"]),
        {},
        {
            "params": {"model": "ollama/nomic-embed-text:latest", "api_base": URL},
            "mode": "embedding", "context_window": 2_048, "parameters_b": 0.137, "features": None,
        },
    ),
    (
        "a Modelfile that sets its own context",
        tag("long:latest", "8.0B", "llama"),
        show("llama", 131_072, ["completion"], parameters='stop "<|eot|>"\nnum_ctx                        16384'),
        {},
        {"params": {"model": "ollama_chat/long:latest", "api_base": URL}, "context_window": 16_384, "tier": "small"},
    ),
    (
        "an old server that names no capabilities",
        tag("llava:13b", "13B", "llama", ["llama", "clip"]),
        show("llama", 4_096, None, template="{{ .System }} {{ range .Tools }}", projector_info={}),
        {},
        {"modalities": ["text", "image"], "tier": "large", "features": ["json_object", "json_schema", "tools"]},
    ),
    (
        "details that did not come",
        tag("mystery:70b", ""),
        {},
        {},
        {
            "params": {"model": "ollama_chat/mystery:70b", "api_base": URL}, "context_window": None, "tier": "large",
            "parameters_b": 70.0,
        },
    ),
    (
        "an old embedding model",
        tag("all-minilm:latest", "23M", "bert"),
        {},
        {},
        {"mode": "embedding", "params": {"model": "ollama/all-minilm:latest", "api_base": URL}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "show", "env", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_to_entry(tag: dict[str, Any], show: dict[str, Any], env: dict[str, str], expected: dict[str, Any]) -> None:
    made = to_entry(URL, "local", tag, show, env)
    assert made["model_name"] == tag["model"]
    told = {**made["model_info"], "params": made["litellm_params"]}
    assert {key: told.get(key) for key in expected} == expected
    assert (told["found"], told["location"]) == ("ollama", "local")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", None),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:9999", "http://127.0.0.1:9999"),
        (":9999", "http://127.0.0.1:9999"),
        ("gpu-box", "http://gpu-box:11434"),
        ("https://ollama.example.com", "https://ollama.example.com:443"),
        ("http://10.0.0.5:11500/", "http://10.0.0.5:11500"),
        ("[::]:11434", "http://[::1]:11434"),
    ],
)
def test_host_url(text: str, url: str | None) -> None:
    assert host_url(text) == url


def test_ollama_host_takes_the_place_of_the_default_only() -> None:
    urls = (URL + "/", "http://10.0.0.9:11434")
    assert server_urls(urls, {}) == (URL, "http://10.0.0.9:11434")
    assert server_urls(urls, {"OLLAMA_HOST": "127.0.0.1:5"}) == ("http://127.0.0.1:5", "http://10.0.0.9:11434")
    assert server_urls((), {"OLLAMA_HOST": "x"}) == ()


async def test_find_reads_a_real_servers_answers(tiny_gguf: Path) -> None:
    models = [
        PulledModel("qwen3:4b", "4.0B", 1_024),
        PulledModel("see:12b", "12B", 2_048, ("completion", "vision")),
        PulledModel("embed:latest", "137M", 512, ("embedding",), "nomic-bert"),
    ]
    with ollama_standin(tiny_gguf, models) as server:
        found = await find(server.url, {}, 60.0)
    told = {e["model_name"]: e["model_info"] for e in found}
    assert (told["qwen3:4b"]["context_window"], told["qwen3:4b"]["tier"]) == (1_024, "small")
    assert (told["see:12b"]["modalities"], told["see:12b"]["tier"]) == (["text", "image"], "large")
    assert told["embed:latest"]["mode"] == "embedding"
    assert [path for path, _ in server.requests] == ["/api/tags"] + ["/api/show"] * 3
