"""What LiteLLM is told of an answer's cost, as it asks."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from plugins.litellm_adapter import verdict
from plugins.litellm_adapter.cost_hooks import CostHooks
from plugins.litellm_adapter.costing import Costing
from plugins.litellm_adapter.trace import Trace
from tests.plugins.litellm_adapter.facts import CLOUD, SMALL

OWN = replace(SMALL, busy_rate=0.5)
PLACES = {d.id: d for d in (OWN, CLOUD)}


class Hooks(CostHooks):
    now = 0.0

    def __init__(self) -> None:
        super().__init__()
        self._costing = Costing(PLACES.get, None, lambda: self.now)

    @property
    def costing(self) -> Costing | None:
        return self._costing


def _call(deployment_id: str) -> tuple[Trace, dict[str, Any]]:
    trace = Trace()
    metadata = {verdict.KEY: verdict.Verdict((deployment_id,), trace), "model_info": {"id": deployment_id}}
    return trace, {"metadata": metadata, "model_info": {"id": deployment_id}}


def _event(data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"litellm_params": data, "response_cost": 0.0, "standard_logging_object": {"response_cost": 0.0}, **more}


async def test_a_machines_time_is_told_before_litellm_calculates() -> None:
    hooks, (trace, data) = Hooks(), _call(OWN.id)
    hooks._costing.begin(trace, OWN.id)
    hooks.now = 4.0
    answer = SimpleNamespace(_hidden_params={})
    await hooks.async_post_call_success_deployment_hook(data, answer, None)
    assert answer._hidden_params == {"response_cost": 2.0}
    hooks.now = 9.0
    told, _ = await hooks.async_logging_hook(_event(data), None, "acompletion")
    assert (told["response_cost"], told["standard_logging_object"]["response_cost"]) == (2.0, 2.0)
    assert trace.cost == 2.0


async def test_of_a_stream_the_cost_is_told_when_it_is_logged() -> None:
    hooks, (trace, data) = Hooks(), _call(OWN.id)
    hooks._costing.begin(trace, OWN.id)
    hooks.now = 3.0
    told, _ = await hooks.async_logging_hook(_event(data), None, "acompletion")
    assert told["response_cost"] == trace.cost == 1.5


async def test_tokens_at_a_price_stay_litellms() -> None:
    hooks, (trace, data) = Hooks(), _call(CLOUD.id)
    answer = SimpleNamespace(_hidden_params={"response_cost": None})
    await hooks.async_post_call_success_deployment_hook(data, answer, None)
    assert trace.cost is None
    answer._hidden_params["response_cost"] = 0.25
    await hooks.async_post_call_success_deployment_hook(data, answer, None)
    told, _ = await hooks.async_logging_hook(_event(data, response_cost=0.25), None, "acompletion")
    assert told["response_cost"] == trace.cost == 0.25


async def test_what_nobody_decided_is_left_alone() -> None:
    hooks = Hooks()
    event = {"litellm_params": {}, "response_cost": 0.1}
    assert await hooks.async_logging_hook(event, "answer", "x") == (event, "answer")
    await hooks.async_post_call_success_deployment_hook({}, object(), None)
    with pytest.raises(NotImplementedError):
        _ = CostHooks().costing
