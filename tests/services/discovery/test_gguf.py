from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.discovery.gguf import find
from services.llm.library import Library
from tests.support.tiny_gguf import write_tiny_gguf

BASE = "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"size_label": "4B"},
            {
                "model": "openai/m", "api_base": BASE + "/v1", "api_key": "os.environ/SIGNALBOX_INTERNAL_KEY",
                "use_chat_completions_api": True, "mode": "chat", "tier": "small", "parameters_b": 4.0,
                "context_window": 2048, "location": "local",
                "features": ["json_object", "json_schema", "logprobs", "n", "tools"],
            },
        ),
        ({"size_label": "32B", "n_ctx_train": 131_072}, {"tier": "large", "context_window": 8192}),
        ({}, {"parameters_b": 0.000162}),
        ({"chat_template": "plain"}, {"features": ["json_object", "json_schema", "logprobs", "n"]}),
        ({"chat_template": None}, {"mode": "completion", "model": "text-completion-openai/m"}),
        ({"pooling": 1}, {"mode": "embedding", "model": "openai/m", "features": None}),
    ],
)  # fmt: skip
def test_to_entry(tmp_path: Path, options: dict[str, Any], expected: dict[str, Any]) -> None:
    write_tiny_gguf(tmp_path / "m.gguf", **options)
    (made,) = find(Library(tmp_path), {}, BASE)
    told = {**made["litellm_params"], **made["model_info"]}
    assert {key: told.get(key) for key in expected} == expected
    assert made["model_name"] == "m"


def test_the_context_is_what_the_service_gives(tmp_path: Path) -> None:
    write_tiny_gguf(tmp_path / "m.gguf")
    (made,) = find(Library(tmp_path), {"SIGNALBOX_LLM_CONTEXT": "1000"}, BASE + "/v1")
    assert made["model_info"]["context_window"] == 1000
    assert made["litellm_params"]["api_base"] == BASE + "/v1"


def test_what_cannot_serve_is_not_offered(tmp_path: Path) -> None:
    write_tiny_gguf(tmp_path / "rerank.gguf", pooling=4)
    (tmp_path / "cut.gguf").write_bytes(b"GGUF")
    assert find(Library(tmp_path), {}, BASE) == []
    assert find(Library(tmp_path / "none"), {}, BASE) == []
