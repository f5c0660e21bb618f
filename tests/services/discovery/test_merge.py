from __future__ import annotations

from typing import Any

import pytest

from services.discovery.merge import merge


def entry(name: str, model: str, base: str | None = None) -> dict[str, Any]:
    return {"model_name": name, "litellm_params": {"model": model, **({"api_base": base} if base else {})}}


FOUND = entry("qwen3:4b", "ollama_chat/qwen3:4b", "http://127.0.0.1:11434")


@pytest.mark.parametrize(
    ("declared", "kept"),
    [
        ([], True),
        ([entry("other", "ollama_chat/other", "http://127.0.0.1:11434")], True),
        ([entry("qwen3:4b", "openai/gpt", None)], False),
        ([entry("mine", "ollama_chat/qwen3:4b", "http://127.0.0.1:11434")], False),
        ([entry("mine", "ollama_chat/qwen3:4b", "http://localhost:11434/")], False),
        ([entry("mine", "ollama/qwen3:4b", "http://127.0.0.1:11434")], False),
        ([entry("mine", "ollama_chat/qwen3:4b", "http://10.0.0.1:11434")], True),
        ([{"model_name": None}, {"litellm_params": "odd"}], True),
    ],
)
def test_declared_wins(declared: list[dict[str, Any]], kept: bool) -> None:
    assert merge(declared, [FOUND]) == ([FOUND] if kept else [])


def test_found_twice_is_listed_once_and_the_order_stays() -> None:
    other = entry("qwen3:4b", "ollama_chat/qwen3:4b", "http://10.0.0.1:11434")
    assert merge([], [other, FOUND, FOUND]) == [other, FOUND]
