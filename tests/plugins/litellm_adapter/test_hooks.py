"""The hooks as LiteLLM calls them, without a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from plugins.litellm_adapter import verdict
from plugins.litellm_adapter.hooks import SignalboxHooks
from plugins.litellm_adapter.trace import CURRENT, Trace
from tests.plugins.litellm_adapter import facts

CHAT: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
def hooks() -> SignalboxHooks:
    hooks = SignalboxHooks()
    hooks._gateway = facts.gateway()
    return hooks


@pytest.fixture
def current() -> Iterator[Trace]:
    trace = Trace(edge=True)
    token = CURRENT.set(trace)
    yield trace
    CURRENT.reset(token)


async def _judged(hooks: SignalboxHooks, call: str = "acompletion", **more: Any) -> dict[str, Any]:
    return await hooks.async_pre_call_hook(facts.key(), None, {**CHAT, "metadata": {}, **more}, call)


async def test_a_request_is_rewritten_and_its_attempts_are_held_to_it(hooks: SignalboxHooks, current: Trace) -> None:
    data = await _judged(hooks)
    assert data["model"] == "small"
    assert data["fallbacks"] == ["big", "cloud"]
    assert current.requested == "auto"
    offered = [{"model_info": {"id": i}} for i in ("dep-other", "dep-small")]
    assert await hooks.async_filter_deployments("small", offered, None, data) == [offered[1]]
    await hooks.async_pre_call_deployment_hook({**data, "model_info": {"id": "dep-small", "location": "local"}}, None)
    assert current.served is not None
    assert current.served.id == "dep-small"
    assert await hooks.async_post_call_response_headers_hook(data, None, None) == {}, "the edge writes them"
    current.edge = False
    told = await hooks.async_post_call_response_headers_hook(data, None, None)
    assert told["x-signalbox-deployment"] == "dep-small"


async def test_an_attempt_elsewhere_is_refused_and_becomes_the_answer(hooks: SignalboxHooks, current: Trace) -> None:
    data = await _judged(hooks)
    with pytest.raises(Exception, match="data boundary") as caught:
        await hooks.async_pre_call_deployment_hook({**data, "model_info": {"id": "dep-other"}}, None)
    assert caught.value.code == "403"  # type: ignore[attr-defined]
    assert current.refusal is not None
    assert current.refusal.code == "data_boundary"


async def test_without_a_verdict_only_restricted_places_may_be_used(hooks: SignalboxHooks) -> None:
    await hooks.async_pre_call_deployment_hook({"model_info": {"id": "dep-small"}}, None)
    with pytest.raises(Exception, match="data boundary"):
        await hooks.async_pre_call_deployment_hook({"model_info": {"id": "dep-cloud"}}, None)
    with pytest.raises(Exception, match="data boundary"):
        await hooks.async_filter_deployments("x", [{"model_info": {"id": "dep-cloud"}}], None, {})


async def test_a_rerun_is_judged_again(hooks: SignalboxHooks, current: Trace) -> None:
    first = verdict.read(await _judged(hooks))
    second = verdict.read(await _judged(hooks, model="cloud"))
    assert first is not second
    assert current.verdict is second


async def test_a_bad_request_is_a_400_that_the_edge_can_tell(hooks: SignalboxHooks, current: Trace) -> None:
    with pytest.raises(Exception, match="messages") as caught:
        await _judged(hooks, messages=[])
    assert caught.value.code == "400"  # type: ignore[attr-defined]
    assert current.refusal is not None


async def test_naming_a_response_by_its_id_gets_no_verdict(hooks: SignalboxHooks, current: Trace) -> None:
    data = await hooks.async_pre_call_hook(facts.key(), None, {"response_id": "r"}, "aget_responses")
    assert data == {"response_id": "r"}
    assert verdict.read(data) is None


async def test_after_a_fallback_the_answer_names_what_was_asked_for(hooks: SignalboxHooks, current: Trace) -> None:
    data = await _judged(hooks)
    answer = SimpleNamespace(model="big-m", usage={"prompt_tokens": 1, "completion_tokens": 2})
    for served, name in (("dep-small", "big-m"), ("dep-big", "auto")):
        await hooks.async_pre_call_deployment_hook({**data, "model_info": {"id": served, "location": "local"}}, None)
        await hooks.async_post_call_success_hook(data, None, answer)
        assert answer.model == name
    assert (current.tokens_in, current.tokens_out) == (1, 2)


async def test_a_failed_attempt_leaves_its_status(hooks: SignalboxHooks, current: Trace) -> None:
    data = await _judged(hooks)
    error = Exception("x")
    await hooks.async_post_call_failure_deployment_hook(data, error, None)
    assert current.attempt_status == 500
    error.status_code = 429  # type: ignore[attr-defined]
    await hooks.async_post_call_failure_deployment_hook(data, error, None)
    assert current.attempt_status == 429


async def test_usage_of_an_event_finds_its_request(hooks: SignalboxHooks, current: Trace) -> None:
    data = await _judged(hooks)
    event = {"litellm_params": {"metadata": data["metadata"]}}
    await hooks.async_log_success_event(event, {"usage": {"prompt_tokens": 8}}, None, None)
    assert current.tokens_in == 8


async def test_models_are_listed_within_the_keys_limit(hooks: SignalboxHooks) -> None:
    assert await hooks.async_filter_listed_models(facts.key(capabilities=["auto"]), ["auto", "fast"]) == ["auto"]


def test_before_the_start_there_is_no_gateway() -> None:
    with pytest.raises(RuntimeError):
        _ = SignalboxHooks().gateway
