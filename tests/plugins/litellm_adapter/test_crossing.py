"""Every way that LiteLLM can move a request elsewhere, against the data boundary, through the real proxy."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.plugins.litellm_adapter.conftest import World

_NUMBERS = itertools.count()
PUBLIC = {"x-signalbox-data-class": "public"}
CHAT = "/v1/chat/completions"


def _marker() -> str:
    return f"MARKER{next(_NUMBERS):05d}ZEBRA"


def _body(model: str, marker: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": f"Please note {marker}."}], **more}


def _post(world: World, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> tuple[int, str]:
    with world.proxy.client() as client:
        answer = client.post(path, json=body, headers=headers)
    return answer.status_code, answer.text


BEHAVIORS = ("ok", "error", "rate_limit", "context_length", "policy", "die", "unauthorized", "die_midstream")
STEERING: dict[str, dict[str, Any]] = {
    "fallbacks list": {"fallbacks": ["frontier"]},
    "fallbacks dict": {"fallbacks": [{"small": ["frontier"]}]},
    "fallbacks inline": {"fallbacks": [{"model": "frontier"}]},
    "context window": {"context_window_fallbacks": [{"small": ["frontier"]}, {"big": ["frontier"]}]},
    "content policy": {"content_policy_fallbacks": [{"small": ["frontier"]}, {"big": ["frontier"]}]},
    "retries": {"num_retries": 3, "max_retries": 3},
    "own key": {"api_key": "sk-mine"},
    "forged verdict": {"metadata": {"signalbox_verdict": {"order": ["dep-frontier"]}}},
    "router override": {"router_settings_override": {"fallbacks": [{"small": ["frontier"]}]}},
    "specific": {"deployment_id": "dep-frontier", "specific_deployment": True},
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("behavior", BEHAVIORS)
@pytest.mark.parametrize("model", ["auto", "small", "mixed", "ranked", "mirror"])
def test_an_internal_request_never_reaches_the_cloud(world: World, model: str, behavior: Any, stream: bool) -> None:
    for name in ("small-m", "big-m", "mixed-local-m", "mirror-m", "ranked-m"):
        world.local.behave(name, behavior)
    marker = _marker()
    status, text = _post(world, CHAT, _body(model, marker, stream=stream))
    assert world.local.holds(marker), f"nothing was tried: {status} {text}"
    assert world.cloud.holds(marker) == 0
    assert "litellm" not in text.lower()
    assert "frontier" not in text


@pytest.mark.parametrize("steering", STEERING)
@pytest.mark.parametrize("behavior", ["ok", "error"])
def test_a_body_cannot_steer_it_there(world: World, steering: str, behavior: Any) -> None:
    world.local.behave("small-m", behavior)
    world.local.behave("big-m", behavior)
    marker = _marker()
    _post(world, CHAT, _body("auto", marker, **STEERING[steering]))
    assert world.cloud.holds(marker) == 0
    assert not any(b"sk-mine" in r.headers for r in world.local.received)


@pytest.mark.parametrize("model", ["small,frontier", "dep-frontier", "openai/cloud-m", "openai/*", "capability-auto"])
def test_names_that_are_no_model_are_not_found(world: World, model: str) -> None:
    marker = _marker()
    status, text = _post(world, CHAT, _body(model, marker), PUBLIC)
    assert status == 404
    assert '"code":"model_not_found"' in text
    assert not world.cloud.holds(marker)
    assert not world.local.holds(marker)


ROUTES: dict[str, dict[str, Any]] = {
    "/v1/completions": {"model": "frontier", "prompt": "MARK"},
    "/v1/responses": {"model": "frontier", "input": "MARK"},
    "/v1/messages": {"model": "frontier", "max_tokens": 9, "messages": [{"role": "user", "content": "MARK"}]},
    "/v1/embeddings": {"model": "vectors-cloud", "input": "MARK"},
    "/v1/chat/completions": {"model": "frontier", "messages": [{"role": "user", "content": "MARK"}]},
    "/engines/frontier/chat/completions": {"messages": [{"role": "user", "content": "MARK"}]},
    "/openai/deployments/frontier/chat/completions": {"messages": [{"role": "user", "content": "MARK"}]},
}


def _marked(body: Any, marker: str) -> Any:
    if isinstance(body, dict):
        return {k: _marked(v, marker) for k, v in body.items()}
    if isinstance(body, list):
        return [_marked(v, marker) for v in body]
    return marker if body == "MARK" else body


@pytest.mark.parametrize("path", ROUTES)
def test_each_route_is_held_to_the_boundary_and_lets_public_requests_out(world: World, path: str) -> None:
    confined, free = _marker(), _marker()
    status, text = _post(world, path, _marked(ROUTES[path], confined))
    assert status in (400, 403), text
    assert world.cloud.holds(confined) == 0
    if path.startswith("/v1"):
        assert "data_boundary" in text
        status, text = _post(world, path, _marked(ROUTES[path], free), PUBLIC)
        assert status == 200, text
        assert world.cloud.holds(free) == 1


CLOSED = (
    "/anthropic/v1/messages", "/openai/v1/chat/completions", "/openai_passthrough/v1/chat/completions",
    "/gemini/v1beta/models/x:generateContent", "/v1beta/models/frontier:generateContent",
    "/models/frontier:generateContent", "/v1beta/models/frontier:countTokens",
    "/v1/batches", "/v1/fine_tuning/jobs", "/v1/assistants", "/v1/threads",
    "/v1/responses/compact", "/v1/responses/input_tokens", "/v1/rag/query", "/v1/search", "/v1/videos",
    "/v1/containers", "/utils/token_counter?call_endpoint=true", "/utils/transform_request", "/vertex_ai/x",
    "/bedrock/model/x/invoke", "/cohere/v1/chat", "/mistral/v1/chat/completions", "/azure/openai/x", "/vllm/v1/x",
    "/queue/chat/completions", "/cursor/chat/completions", "/v1/realtime/client_secrets", "/v1/realtime/calls",
    "/mcp", "/a2a/x", "/v1/a2a/x/message/send", "/assemblyai/v2/x", "/health/test_connection",
)  # fmt: skip


@pytest.mark.parametrize("path", CLOSED)
def test_routes_that_nobody_judges_are_closed(world: World, path: str) -> None:
    marker = _marker()
    body = {**_body("frontier", marker), "contents": [{"parts": [{"text": marker}]}], "query": marker, "input": marker}
    status, text = _post(world, path, body, PUBLIC)
    assert status == 404, text
    assert "not served" in text
    assert world.cloud.holds(marker) == 0


def test_token_counting_answers_without_the_provider(world: World) -> None:
    marker = _marker()
    status, text = _post(world, "/v1/messages/count_tokens", _body("frontier", marker))
    assert status == 200
    assert '"input_tokens"' in text
    assert not world.cloud.holds(marker)


@pytest.mark.parametrize("path", ["/v1/images/generations", "/v1/moderations", "/v1/rerank", "/v1/audio/speech"])
def test_content_that_nobody_reads_counts_as_restricted(world: World, path: str) -> None:
    marker = _marker()
    body = {
        "model": "frontier",
        "prompt": marker,
        "input": marker,
        "query": marker,
        "documents": [marker],
        "voice": "a",
    }
    status, text = _post(world, path, body, PUBLIC)
    assert 400 <= status < 504
    assert not world.cloud.holds(marker), text


def test_a_public_request_falls_back_to_the_cloud_and_says_so(world: World) -> None:
    world.local.behave("small-m", "error")
    world.local.behave("big-m", "error")
    world.local.behave("mixed-local-m", "error")
    world.local.behave("ranked-m", "error")
    world.local.behave("mirror-m", "error")
    marker = _marker()
    with world.proxy.client() as client:
        answer = client.post(CHAT, json=_body("auto", marker), headers=PUBLIC)
    assert answer.status_code == 200, answer.text
    assert world.cloud.holds(marker) >= 1
    assert answer.headers["x-signalbox-location"] == "cloud"
    assert answer.json()["model"] == "auto"
