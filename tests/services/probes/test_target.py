"""Which deployments can be probed, and how they are reached."""

from __future__ import annotations

from typing import Any

import pytest

from services.probes.target import target, targets


def entry(model: str, info: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
    base = {"model": model, "api_base": "http://127.0.0.1:9/v1", **params}
    return {"model_name": "g", "litellm_params": base, "model_info": {"id": "i", "location": "local", **(info or {})}}


def test_what_is_read_of_an_entry() -> None:
    made = target(
        entry("openai/m", {"modalities": ["text", "image"], "probe": {"ask": "2+2?", "expect": "4"}}, api_key="k"), {}
    )
    assert made is not None
    assert (made.id, made.group, made.mode, made.dialect, made.model) == ("i", "g", "chat", "openai", "m")
    assert (made.server, made.key, made.sees, made.ask, made.expect) == ("http://127.0.0.1:9", "k", True, "2+2?", "4")
    assert "'k'" not in repr(made)


@pytest.mark.parametrize(
    ("model", "dialect", "name"),
    [
        ("ollama_chat/qwen3:4b", "ollama", "qwen3:4b"),
        ("hosted_vllm/meta-llama/L", "openai", "meta-llama/L"),
        ("mistral/ocr", "mistral", "ocr"),
        ("text-completion-openai/base", "openai", "base"),
    ],
)
def test_dialects(model: str, dialect: str, name: str) -> None:
    made = target(entry(model), {})
    assert made is not None
    assert (made.dialect, made.model) == (dialect, name)


def test_a_key_by_name() -> None:
    made = target(entry("openai/m", api_key="os.environ/K"), {"K": "secret"})
    assert made is not None
    assert made.key == "secret"


def test_the_built_in_answers_are_greeted() -> None:
    made = target(entry("openai/instant", {"builtin": True}), {})
    assert made is not None
    assert made.ask == "hello"


def test_what_quotes_documents_is_given_one() -> None:
    made = target({**entry("openai/extractive"), "model_name": "extractive"}, {})
    assert made is not None
    assert made.document is not None
    assert made.expect is not None
    assert made.expect in made.document


def test_what_is_not_probed() -> None:
    no_url = entry("anthropic/claude")
    del no_url["litellm_params"]["api_base"]
    entries = [
        entry("openai/m", {"probe": False}),
        entry("openai/placeholder", {"signalbox_placeholder": True}),
        entry("bedrock/m"),
        no_url,
        "x",
    ]
    assert targets(entries, {}) == []
