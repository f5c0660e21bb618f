from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.config.deployments import deployment_id, deployments_from, for_litellm
from plugins.routing.config.spec import GatewaySpec, Instant
from plugins.routing.types import Deployment, Tier

SPEC = GatewaySpec()


def entry(name: str = "m", model: str = "openai/x", base: str | None = None, **info: Any) -> dict[str, Any]:
    params = {"model": model} | ({"api_base": base} if base else {})
    return {"model_name": name, "litellm_params": params, "model_info": info}


def one(made: dict[str, Any]) -> Deployment:
    (deployment,) = deployments_from([made], SPEC)
    return deployment


@pytest.mark.parametrize(
    ("made", "tier"),
    [
        (entry(tier="large", parameters_b=1), Tier.LARGE),
        (entry(signalbox_tier="large"), Tier.LARGE),
        (entry(tier="free", signalbox_tier="small"), Tier.SMALL),
        (entry(builtin=True), Tier.INSTANT),
        (entry(location="local", parameters_b=9.0), Tier.SMALL),
        (entry(location="local", parameters_b=9.1), Tier.LARGE),
        (entry(location="local", model="ollama_chat/qwen3:4b"), Tier.SMALL),
        (entry(location="local", model="hosted_vllm/Llama-3.3-70B-Instruct"), Tier.LARGE),
        (entry(location="local", model="ollama/mixtral:8x7b"), Tier.SMALL),
        (entry(location="local"), Tier.SMALL),
        (entry(location="cloud", model="openai/some-4b"), Tier.FRONTIER),
        (entry(), Tier.FRONTIER),
    ],
)
def test_tier(made: dict[str, Any], tier: Tier) -> None:
    assert one(made).tier is tier


@pytest.mark.parametrize(
    ("made", "mode"),
    [
        (entry(mode="ocr"), "ocr"),
        (entry(mode="responses"), "chat"),
        (entry(model="openai/text-embedding-3-small"), "embedding"),
        (entry(model="ollama/nomic-embed-text"), "embedding"),
        (entry(model="openai/whisper-1"), "audio_transcription"),
        (entry(model="openai/tts-1"), "audio_speech"),
        (entry(model="cohere/rerank-v3"), "rerank"),
        (entry(), "chat"),
    ],
)
def test_mode(made: dict[str, Any], mode: str) -> None:
    assert one(made).mode == mode


@pytest.mark.parametrize(
    ("info", "features"),
    [
        ({}, None),
        ({"features": ["tools"]}, {"tools"}),
        ({"features": []}, set()),
        ({"builtin": True}, set()),
        ({"supports_function_calling": False}, {"json_schema", "json_object", "logprobs", "n"}),
        ({"supports_function_calling": True}, {"tools", "json_schema", "json_object", "logprobs", "n"}),
        ({"supports_response_schema": False}, {"tools", "json_object", "logprobs", "n"}),
    ],
)
def test_features(info: dict[str, Any], features: set[str] | None) -> None:
    assert one(entry(**info)).features == features


def test_the_rest_is_read_or_has_its_default() -> None:
    plain = one(entry())
    assert (plain.location, plain.modalities, plain.context_window) == ("unknown", frozenset({"text"}), None)
    assert one(entry(location=" ")).location == "unknown"
    assert one(entry(location="mars")).location == "mars"
    assert one(entry(modalities=["text", "image"])).modalities == {"text", "image"}
    assert one(entry(supports_vision=True)).modalities == {"text", "image"}
    assert one(entry(max_input_tokens=100)).context_window == 100


def test_price_is_the_mean_of_a_million_tokens() -> None:
    assert one(entry(input_cost_per_token=2e-6, output_cost_per_token=4e-6)).price == pytest.approx(3.0)
    assert one(entry(input_cost_per_token="1e-6")).price == pytest.approx(1.0)  # YAML 1.1 reads 1e-6 as text
    made = entry()
    made["litellm_params"]["input_cost_per_token"] = 5e-6
    assert one(made).price == pytest.approx(5.0)
    assert one(entry(input_cost_per_token=None)).price == 0.0


def test_ids_depend_on_what_the_deployment_is_and_nothing_else() -> None:
    made = entry("Qwen Small", "ollama/x", "http://a")
    assert deployment_id(made) == deployment_id({**made, "model_info": {"tier": "small"}})
    assert deployment_id(made).startswith("qwen-small-")
    assert deployment_id(made) != deployment_id(entry("Qwen Small", "ollama/x", "http://b"))
    assert deployment_id(entry(id="mine")) == "mine"
    assert deployment_id(entry("日本")).startswith("model-")


def test_equal_ids_are_counted() -> None:
    ids = [d.id for d in deployments_from([entry(), entry(), entry()], SPEC)]
    assert ids == [ids[0], f"{ids[0]}-2", f"{ids[0]}-3"]


def test_what_is_left_out() -> None:
    left_out = [entry(signalbox_placeholder=True), entry(mode="realtime")]
    assert deployments_from(left_out, SPEC) == ()
    without = SPEC.model_copy(update={"instant": Instant(enabled=False)})
    assert deployments_from([entry(builtin=True)], without) == ()
    assert len(deployments_from([entry(builtin=True)], SPEC)) == 1


@pytest.mark.parametrize(
    ("entries", "serving_all"),
    [
        ([entry("a", location="local", model="ollama/a")], ["a"]),
        ([entry("a", location="local", model="ollama/a", tier="small")], []),
        ([entry("a", location="local", model="ollama/a", tier="small", found="ollama")], ["a"]),
        ([entry("a", location="local", model="ollama/a"), entry("b", location="local", model="ollama/b")], []),
        ([entry("a", location="local", model="ollama/a"), entry("c", location="cloud")], ["a"]),
        (
            [
                entry("a", location="local", model="ollama/a"),
                entry("i", location="local", model="ollama/i", builtin=True),
            ],
            ["a"],
        ),
        (
            [
                entry("a", location="local", model="ollama/a"),
                entry("e", location="local", model="ollama/e", mode="embedding"),
            ],
            ["a"],
        ),
        ([entry("c", location="cloud")], []),
    ],
)
def test_a_lone_local_language_model_serves_every_tier(entries: list[dict[str, Any]], serving_all: list[str]) -> None:
    assert [d.model_group for d in deployments_from(entries, SPEC) if d.serves_all_tiers] == serving_all


def test_litellm_gets_no_tier_of_ours() -> None:
    made = entry(tier="small", location="local")
    assert for_litellm(made)["model_info"] == {"signalbox_tier": "small", "location": "local"}
    assert made["model_info"]["tier"] == "small"
    assert for_litellm(entry(tier="free"))["model_info"] == {"tier": "free"}
    assert deployment_id(for_litellm(made)) == deployment_id(made)
    assert one(for_litellm(made)) == one(made)
