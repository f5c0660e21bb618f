from __future__ import annotations

from typing import Any

import pytest

from services.discovery.vllm import to_entries

BASE = "http://127.0.0.1:8000"


def model(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "object": "model", "owned_by": "vllm", "root": name, "max_model_len": 32_768, **more}


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        (
            model("Qwen/Qwen3-32B"),
            {"model": "hosted_vllm/Qwen/Qwen3-32B", "tier": "large", "context_window": 32_768, "mode": "chat"},
        ),
        (
            model("chat", root="/models/Llama-3.2-3B-Instruct", max_model_len=4096),
            {"model": "hosted_vllm/chat", "tier": "small", "context_window": 4096, "parameters_b": 3.0},
        ),
        (model("BAAI/bge-m3"), {"mode": "embedding"}),
        (model("Qwen/Qwen3-Reranker-0.6B"), {"mode": "rerank"}),
        (model("x", max_model_len=None), {"context_window": None, "tier": "small"}),
    ],
)
def test_to_entries(served: dict[str, Any], expected: dict[str, Any]) -> None:
    (made,) = to_entries(BASE, "local", {"object": "list", "data": [served]}, {})
    told = {**made["litellm_params"], **made["model_info"]}
    assert {key: told.get(key) for key in expected} == expected
    assert (made["model_name"], told["api_base"], told["found"]) == (served["id"], BASE + "/v1", "vllm")
    assert "api_key" not in told


@pytest.mark.parametrize(
    "answer",
    [
        None, [], {}, {"data": None}, {"data": ["x"]}, {"data": [{"id": "m", "owned_by": "llamacpp"}]},
        {"data": [{"owned_by": "vllm"}]},
    ],
)  # fmt: skip
def test_another_server_on_that_port_is_not_vllm(answer: Any) -> None:
    assert to_entries(BASE, "local", answer, {}) == []


def test_its_key_is_named_never_copied() -> None:
    (made,) = to_entries(BASE, "cloud", {"data": [model("m")]}, {"VLLM_API_KEY": "secret"})
    assert made["litellm_params"]["api_key"] == "os.environ/VLLM_API_KEY"
    assert "secret" not in str(made)
    assert made["model_info"]["location"] == "cloud"
