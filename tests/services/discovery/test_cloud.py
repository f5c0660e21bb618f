from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from services.discovery.cloud import PROVIDERS, CloudModel, Provider, find

MODELS = [(provider, model) for provider in PROVIDERS for model in provider.models]


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    """LiteLLM's own table, read as a file: importing LiteLLM takes seconds."""
    spec = importlib.util.find_spec("litellm")
    assert spec is not None
    assert spec.origin is not None
    told: dict[str, Any] = json.loads(
        Path(spec.origin).with_name("model_prices_and_context_window_backup.json").read_text()
    )
    return told


@pytest.mark.parametrize(("provider", "model"), MODELS, ids=[m.model for _, m in MODELS])
def test_the_table_agrees_with_litellms(table: dict[str, Any], provider: Provider, model: CloudModel) -> None:
    bare = model.model.split("/", 1)[1]
    known = table.get(model.model) or table[bare]
    assert known["mode"] == model.mode
    assert known["max_input_tokens"] == model.context_window
    assert bool(known.get("supports_vision")) == model.images
    assert known["litellm_provider"] == model.model.split("/")[0]
    assert known["input_cost_per_token"] > 0
    assert provider.key.endswith("_API_KEY")


def test_no_key_no_cloud() -> None:
    assert find({"OPENAI_API_KEY": "", "HOME": "/"}) == []


def test_a_key_is_named_never_copied() -> None:
    found = find({"ANTHROPIC_API_KEY": "sk-secret"})
    assert [e["model_info"]["tier"] for e in found] == ["frontier", "large", "small"]
    assert all(e["model_info"]["location"] == "cloud" for e in found)
    assert all(e["litellm_params"]["api_key"] == "os.environ/ANTHROPIC_API_KEY" for e in found)
    assert "sk-secret" not in str(found)


@pytest.mark.parametrize(
    ("env", "base"),
    [
        ({"OPENAI_API_KEY": "k"}, "https://api.openai.com/v1"),
        ({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1/"}, "http://127.0.0.1:9/v1"),
        ({"ANTHROPIC_API_KEY": "k"}, None),
        ({"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}, "http://127.0.0.1:9"),
    ],
)
def test_another_base_url_is_respected_and_stays_cloud(env: dict[str, str], base: str | None) -> None:
    for found in find(env):
        assert found["litellm_params"].get("api_base") == base
        assert found["model_info"]["location"] == "cloud"


def test_model_groups_are_distinct() -> None:
    names = [e["model_name"] for e in find({p.key: "k" for p in PROVIDERS})]
    assert len(names) == len(set(names)) == len(MODELS)
