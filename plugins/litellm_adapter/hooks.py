"""The object that LiteLLM calls: before a request, at every selection and attempt, and after the answer.

Knows: LiteLLM's hook names and their order (``tests/contract``). Does not know: how anything is decided. LiteLLM runs
a pre-call hook only where the registered class itself defines it, so all of them are defined here.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from litellm.proxy._types import ProxyException

from plugins.assembly import build_router
from plugins.litellm_adapter import citations, escalate, guards, rewrite, scrubbing, skill_prompt, verdict
from plugins.litellm_adapter.answer_guard import answer_guard
from plugins.litellm_adapter.cost_hooks import CostHooks
from plugins.litellm_adapter.costing import Costing, hidden
from plugins.litellm_adapter.egress import Signer, signer_from
from plugins.litellm_adapter.gateway import Gateway, open_gateway
from plugins.litellm_adapter.headers import headers_of
from plugins.litellm_adapter.listing import listed
from plugins.litellm_adapter.preparation import links
from plugins.litellm_adapter.preparation.preparer import Preparer
from plugins.litellm_adapter.preparation.registry import one_of_each
from plugins.litellm_adapter.preparation.run import prepare
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.registration import Registration
from plugins.litellm_adapter.third_parties import without_own_callbacks
from plugins.litellm_adapter.tier_budget import budgets_of
from plugins.litellm_adapter.trace import CURRENT, Trace
from plugins.litellm_adapter.translate import NO_CONTENT, facts_of
from plugins.litellm_adapter.usage import count_tokens, tokens_of
from plugins.routing.denial import denial
from plugins.routing.engine import new_decision_id

LONG_TOKENS = 20_000
"""From here on a decision is made in a thread: other requests do not wait while a long prompt is read."""

UNREAD_MATTERS = frozenset({"capability", "data_boundary"})
"""Policies whose refusal may only be there because a document could not be read: then the reader's reason is told."""


class SignalboxHooks(CostHooks):
    """Does nothing until ``start``; a first hook without one (plain ``litellm --config``) starts it."""

    def __init__(self) -> None:
        super().__init__()
        self._gateway: Gateway | None = None
        self._starting: asyncio.Lock | None = None
        self._escalation = escalate.Escalation()
        self._signer: Signer | None = None
        self.registration: Registration | None = None
        self._preparers = one_of_each()

    @property
    def gateway(self) -> Gateway:
        """This worker's routing. Raises RuntimeError before ``start``."""
        if self._gateway is None:
            raise RuntimeError("the gateway has not started")
        return self._gateway

    @property
    def costing(self) -> Costing | None:
        """What answers cost in this worker; None before ``start``."""
        return self._gateway.costing if self._gateway is not None else None

    async def start(self, config: Path | None = None, state: Path | None = None) -> Gateway:
        """Loads configuration and classifier, once. Raises ConfigError."""
        self._starting = self._starting or asyncio.Lock()
        async with self._starting:
            if self._gateway is None:
                self._signer = signer_from(os.environ)
                where = state or _state()
                if self._signer is not None and where is not None:
                    self.registration = Registration(where / "run", self._signer.base)
                self._gateway = await open_gateway(config or _started_on(), state or _state(), build_router)
        return self._gateway

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """Decides, and writes the decision into ``data``. Raises ProxyException for a refusal."""
        del cache
        gateway = self._gateway or await self.start()
        trace = CURRENT.get()
        if trace is None:  # no edge around: plain `litellm --config`
            trace = Trace()
            CURRENT.set(trace)
        try:
            await _judge(gateway, trace, user_api_key_dict, data, call_type, self._preparers)
        except Refused as error:
            trace.refusal = error
            raise as_proxy_exception(error) from None
        return data

    async def async_filter_deployments(
        self,
        model: str,
        healthy_deployments: list[Any],
        messages: Any,
        request_kwargs: dict[str, Any] | None = None,
        parent_otel_span: Any = None,
    ) -> list[Any]:
        """At each selection: only what the verdict allows. Raises ProxyException rather than answer with an empty
        list."""
        del model, messages, parent_otel_span
        found = verdict.read(request_kwargs)
        try:
            return list(guards.narrow(healthy_deployments, found, self.gateway.safe))
        except Refused as error:
            raise self._crossing(found, error) from None

    async def async_pre_call_deployment_hook(self, kwargs: dict[str, Any], call_type: Any) -> None:
        """At each attempt: the last gate. Raises ProxyException where the deployment may not be called. ``kwargs``
        gains the verdict that the egress broker wants."""
        found = verdict.read(kwargs)
        try:
            deployment_id = guards.check_attempt(kwargs, found, self.gateway.safe)
            links.check(kwargs)
            trace = found.trace if found is not None else CURRENT.get()
            if self._signer is not None and deployment_id not in self.gateway.safe:
                if self.registration is not None:
                    self.registration.redirect(kwargs, deployment_id)
                called = str(getattr(call_type, "value", call_type))
                self._signer.sign_attempt(kwargs, called, deployment_id, self.gateway.deployment(deployment_id), trace)
            if self.gateway.accounting is not None and deployment_id not in self.gateway.safe:
                await self.gateway.accounting.leaving(trace, self.gateway.deployment(deployment_id), kwargs)
            if trace is not None:
                await self.gateway.admission.move(trace, self.gateway.deployment(deployment_id), deployment_id)
        except Refused as error:
            raise self._crossing(found, error) from None
        if trace is not None:
            self.gateway.attempt(trace, deployment_id)
            if deployment_id in self.gateway.safe:
                self.gateway.spans.outgoing(trace, kwargs)

    async def async_post_call_failure_deployment_hook(
        self, request_data: Mapping[str, Any], exception: Exception, call_type: Any
    ) -> None:
        """One attempt failed; others may follow."""
        del call_type
        found = verdict.read(request_data)
        trace = found.trace if found is not None else CURRENT.get()
        if trace is not None:
            status = getattr(exception, "status_code", None)
            trace.attempt_status = status if isinstance(status, int) else 500

    async def async_post_call_success_hook(self, data: dict[str, Any], user_api_key_dict: Any, response: Any) -> Any:
        """The answer, or a better one where it was not good enough. Its body names the model that was asked for, also
        after a fallback, where LiteLLM leaves the served one."""
        del user_api_key_dict
        found = verdict.read(data)
        if found is None:
            return response
        trace = found.trace
        trace.tokens_in, trace.tokens_out = tokens_of(response)
        if trace.served is not None:
            self.gateway.costing.settle(trace, trace.served.id, hidden(response).get("response_cost"))
        response = await self._escalation.whole(self.gateway, found, data, response)
        if trace.escalated_from is not None and trace.served is not None:
            self.gateway.costing.settle(trace, trace.served.id, hidden(response).get("response_cost"))
        citations.whole(trace.memory, response)
        if trace.fell_back and trace.requested and isinstance(getattr(response, "model", None), str):
            response.model = trace.requested
        return response

    async def async_post_call_streaming_iterator_hook(
        self, user_api_key_dict: Any, response: Any, request_data: dict[str, Any]
    ) -> AsyncGenerator[Any, None]:
        """The chunks of a stream, or of a better one where its beginning shows that it will not be good enough."""
        del user_api_key_dict
        found = verdict.read(request_data)
        chunks = response if found is None else self._escalation.stream(self.gateway, found, request_data, response)
        async for chunk in chunks:
            if found is not None:
                citations.piece(found.trace.memory, chunk)
            yield chunk

    async def async_post_call_response_headers_hook(
        self,
        data: dict[str, Any],
        user_api_key_dict: Any,
        response: Any,
        request_headers: Any = None,
        litellm_call_info: Any = None,
    ) -> dict[str, str]:
        """The headers that the edge writes, for where there is no edge."""
        del user_api_key_dict, response, request_headers, litellm_call_info
        found = verdict.read(data)
        trace = found.trace if found is not None else CURRENT.get()
        return dict(headers_of(trace)) if trace is not None and not trace.edge else {}

    async def async_log_success_event(
        self, kwargs: dict[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """Tokens and cost of a complete answer, streamed or not."""
        del start_time, end_time
        found = verdict.of_event(kwargs)
        if found is not None and self._gateway is not None:
            count_tokens(found.trace, response_obj)
            cost, deployment_id = kwargs.get("response_cost"), guards.id_of_event(kwargs)
            if found.trace.served is not None and found.trace.served.id == deployment_id:
                found.trace.final = tokens_of(response_obj)
            self._gateway.spent(found.trace, cost if isinstance(cost, int | float) else 0.0, deployment_id)
            self._gateway.on_usage(found.trace)

    async def async_filter_listed_models(self, user_api_key_dict: Any, model_names: Sequence[str]) -> Sequence[str]:
        """What ``/v1/models`` shows this key."""
        gateway = self._gateway or await self.start()
        return listed(model_names, user_api_key_dict, gateway.router)

    def _crossing(self, found: verdict.Verdict | None, error: Refused) -> ProxyException:
        trace = found.trace if found is not None else CURRENT.get()
        # Only where nothing was tried: after a failed attempt the failure is the answer, not the closed way round it.
        if trace is not None and trace.attempts == 0:
            trace.refusal = error
        return as_proxy_exception(error)


def as_proxy_exception(error: Refused) -> Any:
    """LiteLLM's exception for an error body of ours; its ``code`` is the status, the edge puts ours back."""
    return ProxyException(
        message=error.message,
        type=error.kind or "invalid_request_error",
        param=error.param,
        code=error.status,
        openai_code=error.code,
    )


async def _judge(
    gateway: Gateway, trace: Trace, key: Any, data: dict[str, Any], call_type: str, preparers: Sequence[Preparer]
) -> None:
    """One request, once. A rerun (LiteLLM does that after a local rate limit) is judged again, with the name first
    asked."""
    trace.refusal = None
    trace.verdict = None
    if call_type in NO_CONTENT:
        return
    without_own_callbacks(data)
    prepared = await prepare(preparers, gateway.router.spec, trace, key, data, call_type, gateway.secret)
    facts, full = facts_of(data, key, call_type, secret=gateway.secret, request_id=new_decision_id())
    long = facts.token_estimate > LONG_TOKENS
    facts = prepared.told(facts, trace)
    trace.budgets = budgets_of(key, facts.caller)
    facts = replace(facts, caller=replace(facts.caller, exhausted=gateway.budgets.exhausted(trace.budgets)))
    trace.caller, trace.route, trace.requested = facts.caller, facts.route, facts.capability
    trace.request_id, trace.token_estimate = facts.request_id, facts.token_estimate
    trace.stream, trace.conversation = bool(data.get("stream")), facts.conversation
    gateway.begin(trace)
    router = gateway.router
    if gateway.accounting is not None:
        gateway.accounting.seal(trace)
    trace.full_headers = full if full is not None else router.spec.headers == "full"
    live, began = gateway.live.snapshot(), time.perf_counter()
    work = (router, facts, live)
    decision = await asyncio.to_thread(gateway.spans.decide, *work) if long else gateway.spans.decide(*work)
    trace.decision = decision
    trace.decide_us = int((time.perf_counter() - began) * 1e6)
    trace.guard = answer_guard(facts, decision, router.spec.boundary.answers)
    if decision.chosen is None:
        if prepared.problem is not None and decision.denied_by in UNREAD_MATTERS:
            raise prepared.problem
        raise _refused(denial(decision, facts, router.spec))
    trace.decision = decision = await gateway.admission.admit(trace, decision)
    assert decision.chosen is not None
    await prepared.cut(facts, decision.chosen)
    await scrubbing.scrub(gateway, trace, data)
    escalate.prepare(trace, facts, data, router.spec)
    skill_prompt.instruct(data, decision, call_type, skill_prompt.shelf(os.environ))
    rewrite.apply(data, decision, trace, {d.id: d.model_group for d in router.deployments})


def _refused(why: Any) -> Refused:
    return Refused(why.status, why.message, why.code, why.param, why.type)


def _started_on() -> Path:
    """The file that LiteLLM was started on."""
    from litellm.proxy import proxy_server

    path = os.environ.get("CONFIG_FILE_PATH") or proxy_server.user_config_file_path
    if not path:
        raise RuntimeError("LiteLLM was started without a configuration file")
    return Path(path)


def _state() -> Path | None:
    return Path(os.environ["SIGNALBOX_STATE"]) if os.environ.get("SIGNALBOX_STATE") else None


signalbox = SignalboxHooks()
"""What the YAML names, through ``plugins.litellm_hooks``."""
