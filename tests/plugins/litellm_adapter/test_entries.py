"""What LiteLLM would refuse is found with its place, and no value is repeated."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.litellm_adapter.entries import problems_of, with_secrets


def entry(info: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
    shown = {"id": "i", "location": "local", "tier": "small", **(info or {})}
    return {"model_name": "x", "litellm_params": params, "model_info": shown}


@pytest.mark.parametrize(
    "good",
    [
        entry(model="openai/x"),
        entry(model="hosted_vllm/a", api_base="http://127.0.0.1:8000/v1"),
        entry(model="ollama_chat/qwen3:4b", timeout="os.environ/WAIT", rpm=5),
        entry(model="mistral/x", timeout=3.5, stream_timeout="4"),
    ],
)
def test_what_litellm_takes(good: dict[str, Any]) -> None:
    assert problems_of([good]) == []


@pytest.mark.parametrize(
    ("bad", "place", "words"),
    [
        (entry(model="nosuch/x"), ("litellm_params", "model"), "no such provider"),
        (entry(model="openai/x", rpm="lots"), ("litellm_params", "rpm"), "valid integer"),
        (entry(model="openai/x", timeout=[1]), ("litellm_params", "timeout"), "valid number"),
        (entry(model="openai/x", stream_timeout="soon"), ("litellm_params", "stream_timeout"), "number of seconds"),
        (entry(model="openai/x", api_key=["sk-secret"]), ("litellm_params", "api_key"), "valid string"),
        (entry({"db_model": "perhaps"}, model="openai/x"), ("model_info", "db_model"), "valid boolean"),
    ],
)
def test_what_it_refuses(bad: dict[str, Any], place: tuple[str, ...], words: str) -> None:
    found = problems_of([entry(model="openai/x"), bad])
    assert [path for path, _ in found] == [(1, *place)]
    assert words in found[0][1]
    assert "sk-secret" not in found[0][1]


def test_an_entry_that_is_no_mapping() -> None:
    assert problems_of(["x"]) == [((0,), "must be a mapping")]


def test_a_secret_by_name_is_read_for_a_deployment_that_is_added_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_TEST_SECRET", "s3cret")
    params = {"model": "openai/x", "api_key": "os.environ/SIGNALBOX_TEST_SECRET", "timeout": 5}
    given = {"model_name": "x", "litellm_params": params}
    assert with_secrets(given)["litellm_params"] == {"model": "openai/x", "api_key": "s3cret", "timeout": 5}
    assert params["api_key"] == "os.environ/SIGNALBOX_TEST_SECRET"
