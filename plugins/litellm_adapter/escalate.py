"""Asks once more, one tier up, when an answer is not good enough.

Knows: LiteLLM's router and its streams, the verdict. Does not know: the checks (``plugins.routing.escalation``). Only
deployments that the decision already allowed are asked, with a verdict of their own for the guards. The second request
goes through LiteLLM's router like the first, so what both cost is counted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from plugins.litellm_adapter import verdict
from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.json_schema import fits
from plugins.litellm_adapter.trace import Trace
from plugins.litellm_adapter.usage import tokens_of
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.escalation.answer import answers_of, asked_of
from plugins.routing.escalation.look import look, look_early, undecided
from plugins.routing.types import Decision, Deployment, Facts

CHAT = "/v1/chat/completions"
COST = "x-litellm-response-cost"
"""LiteLLM's header tells what the first answer cost; both were paid for."""
MAX_HELD_CHUNKS = 500
DRAIN_S = 60.0
_FIRST_ATTEMPTS = frozenset(
    {"litellm_logging_obj", "litellm_call_id", "litellm_trace_id", "fallbacks", "disable_fallbacks"}
)
_CHOSEN_BEFORE = frozenset(
    {"model_group", "deployment", "deployment_model_name", "model_info", "api_base", "previous_models"}
)
_LOG = logging.getLogger("signalbox.escalate")


def prepare(trace: Trace, facts: Facts, data: Mapping[str, Any], spec: GatewaySpec) -> None:
    """Notes in the trace what the answer will be checked against; nothing where it will not be."""
    trace.asked = None
    decision, capability = trace.decision, spec.capabilities.get(facts.capability)
    if decision is None or decision.pinned or decision.chosen is None or capability is None or facts.route != CHAT:
        return
    on = spec.escalation.mode if capability.escalation is None else capability.escalation
    if on and above(decision, decision.chosen):
        intent = decision.signal("intent")
        trace.asked = asked_of(
            data,
            text=facts.text,
            intent=intent.label if intent is not None else None,
            modalities=facts.modalities,
            min_logprob=spec.escalation.min_logprob,
            fits=fits,
        )


def above(decision: Decision, served: Deployment) -> tuple[Deployment, ...]:
    """The allowed deployments of the next tier that there is above ``served``, best first."""
    higher = [d for d in decision.fallbacks if d.tier > served.tier]
    tier = min((d.tier for d in higher), default=None)
    return tuple(d for d in higher if d.tier is tier)


class Escalation:
    """One a worker; holds the tasks that read abandoned streams to their end, so that their cost is counted."""

    def __init__(self) -> None:
        self._draining: set[asyncio.Task[None]] = set()

    async def whole(self, gateway: Gateway, found: verdict.Verdict, data: Mapping[str, Any], response: Any) -> Any:
        """The answer to give: ``response``, or a better one."""
        trace = found.trace
        if trace.asked is None or not hasattr(response, "model_dump"):
            return response
        why = look(trace.asked, answers_of(response.model_dump()))
        better = await self._again(gateway, trace, data, why) if why is not None else None
        if better is None:
            return response
        first, second = tokens_of(response), tokens_of(better)
        trace.tokens_in, trace.tokens_out = (_sum(a, b) for a, b in zip(first, second, strict=True))
        trace.told = {**trace.told, COST: str(_cost(response) + _cost(better))}
        return better

    async def stream(
        self, gateway: Gateway, found: verdict.Verdict, data: Mapping[str, Any], response: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """The chunks to give: those of ``response``, its beginning held back while it may be one to ask again."""
        trace, limit = found.trace, gateway.router.spec.escalation.hold_chars
        if trace.asked is None or limit == 0:
            async for chunk in response:
                yield chunk
            return
        chunks = aiter(response)
        held, why, ended = await _hold(trace, chunks, limit)
        better = await self._again(gateway, trace, data, why) if why is not None else None
        if better is not None:
            if not ended:
                task = asyncio.create_task(_drain(chunks))
                self._draining.add(task)
                task.add_done_callback(self._draining.discard)
            held, chunks = [], aiter(better)
        for chunk in held:
            yield chunk
        async for chunk in chunks:
            yield chunk

    async def _again(self, gateway: Gateway, trace: Trace, data: Mapping[str, Any], why: str) -> Any | None:
        """The answer of the next tier; None where there is none to ask or it failed."""
        decision, served = trace.decision, trace.served
        ups = above(decision, served) if decision is not None and served is not None else ()
        trace.asked = None  # once
        if not ups or served is None:
            return None
        gateway.answered(trace)
        before = trace.verdict
        trace.escalated_from, trace.escalation_reason = served.id, why
        try:
            better = await _router().acompletion(**request(data, ups, trace))
        except Exception as error:  # noqa: BLE001 - whatever failed there, the first answer is still one
            _LOG.warning("escalation (%s) failed: %s", why, type(error).__name__)
            trace.served, trace.verdict = served, before
            trace.escalated_from = trace.escalation_reason = None
            return None
        gateway.stay(trace)
        return better


def request(data: Mapping[str, Any], ups: tuple[Deployment, ...], trace: Trace) -> dict[str, Any]:
    """The same request for other deployments, as LiteLLM's router takes it. ``ups`` is not empty."""
    again = {name: value for name, value in data.items() if name not in _FIRST_ATTEMPTS}
    for holder in ("metadata", "litellm_metadata"):
        if isinstance(again.get(holder), dict):
            again[holder] = {k: v for k, v in again[holder].items() if k not in _CHOSEN_BEFORE}
    group = ups[0].model_group
    again["model"] = group
    others = list(dict.fromkeys(d.model_group for d in ups if d.model_group != group))
    again |= {"fallbacks": others} if others else {"disable_fallbacks": True}
    again["num_retries"] = sum(d.model_group == group for d in ups) - 1
    verdict.write(again, verdict.Verdict(tuple(d.id for d in ups), trace))
    return again


async def _hold(trace: Trace, chunks: AsyncIterator[Any], limit: int) -> tuple[list[Any], str | None, bool]:
    """(chunks read, why to ask again, whether the stream has ended)."""
    asked, held, text = trace.asked, list[Any](), ""
    assert asked is not None
    async for chunk in chunks:
        held.append(chunk)
        piece = _text_of(chunk)
        if piece is None:
            return held, None, False
        text += piece
        if not undecided(asked, text) or len(text) >= limit or len(held) >= MAX_HELD_CHUNKS:
            return held, look_early(asked, text, ended=False), False
    return held, look_early(asked, text, ended=True), True


def _text_of(chunk: Any) -> str | None:
    """What a chunk adds to the text; None where it holds something that is not judged (a tool call, thought, another
    choice, a filter's stop)."""
    text = ""
    for choice in getattr(chunk, "choices", None) or ():
        delta = getattr(choice, "delta", None)
        other = ("tool_calls", "function_call", "reasoning_content", "refusal", "audio")
        if getattr(choice, "index", 0) or any(getattr(delta, name, None) for name in other):
            return None
        if getattr(choice, "finish_reason", None) not in (None, "stop"):
            return None
        text += getattr(delta, "content", None) or ""
    return text


async def _drain(chunks: AsyncIterator[Any]) -> None:
    """Reads on, so that LiteLLM counts what the answer cost."""
    try:
        async with asyncio.timeout(DRAIN_S):
            async for _ in chunks:
                pass
    except Exception as error:  # noqa: BLE001 - nobody waits for this answer any more
        _LOG.info("an abandoned answer ended with %s", type(error).__name__)


def _cost(response: Any) -> float:
    """US dollars of one answer as LiteLLM priced it, 0 where it did not."""
    usd = (getattr(response, "_hidden_params", None) or {}).get("response_cost")
    return float(usd) if isinstance(usd, int | float) else 0.0


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None and second is None else (first or 0) + (second or 0)


def _router() -> Any:
    from litellm.proxy import proxy_server

    return proxy_server.llm_router
