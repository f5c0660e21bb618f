"""Each ``NAME.request.yaml`` is decided by the real router; ``NAME.decision.yaml`` is the part of the outcome
that counts.

A request: ``config`` (a file of ``configs/``), ``body``, and where it matters ``route``, ``caller``, ``live``
(by model group) and ``repeat`` (the last message's text so many times). An outcome: the keys of ``signalbox
explain``, and ``degraded``, ``needed``, ``pinned``, ``truncated``; for a refusal ``status``, ``code``,
``param`` and ``message_has``.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
import yaml

from plugins.assembly import build_router
from plugins.routing.config.load import load_config
from plugins.routing.denial import denial
from plugins.routing.explain import explain
from plugins.routing.live import Live
from plugins.routing.openai_request import BadRequest, facts_from_body
from plugins.routing.router import Router
from plugins.routing.types import Caller, DataClass, Tier

HERE = Path(__file__).parent
REQUESTS = sorted(HERE.glob("*/*.request.yaml"))


@functools.cache
def router_for(config: str) -> Router:
    return build_router(load_config(HERE / "configs" / f"{config}.yaml"))


def caller_of(given: dict[str, Any]) -> Caller:
    values = dict(given)
    for key in ("declared", "data_class"):
        if key in values:
            values[key] = DataClass[values[key].upper()]
    if "max_tier" in values:
        values["max_tier"] = Tier[values["max_tier"].upper()]
    if "capabilities" in values:
        values["capabilities"] = frozenset(values["capabilities"])
    return Caller(key_id=None, **values)


def outcome_of(request: dict[str, Any], request_id: str) -> dict[str, Any]:
    router = router_for(request["config"])
    body = request["body"]
    if "repeat" in request:
        body["messages"][-1]["content"] *= request["repeat"]
    try:
        facts = facts_from_body(
            body,
            route=request.get("route", "/v1/chat/completions"),
            caller=caller_of(request.get("caller", {})),
            request_id=request_id,
            conversation_header=request_id,  # so that no case remembers another's data class
        )
    except BadRequest as bad:
        return {"status": 400, "param": bad.param, "message": bad.message}
    state = request.get("live", {})
    live = {d.id: Live(**state[d.model_group]) for d in router.deployments if d.model_group in state}
    decision = router.decide(facts, live)
    outcome = {
        **explain(decision),
        "degraded": decision.degraded,
        "needed": decision.needed.label if decision.needed is not None else None,
        "pinned": decision.pinned,
        "truncated": decision.truncated_chars > 0,
    }
    if decision.denied_by is not None:
        refusal = denial(decision, facts, router.spec)
        outcome |= {"status": refusal.status, "code": refusal.code, "param": refusal.param, "message": refusal.message}
    return outcome


@pytest.mark.parametrize("path", REQUESTS, ids=lambda p: f"{p.parent.name}/{p.name.removesuffix('.request.yaml')}")
def test_case(path: Path) -> None:
    name = path.name.removesuffix(".request.yaml")
    wanted = yaml.safe_load((path.parent / f"{name}.decision.yaml").read_text())
    outcome = outcome_of(yaml.safe_load(path.read_text()), f"{path.parent.name}/{name}")
    for words in wanted.pop("message_has", []):
        assert words in outcome["message"]
    assert {key: outcome.get(key, "absent") for key in wanted} == wanted


def test_no_decision_is_without_its_request() -> None:
    assert len(REQUESTS) >= 60
    requests = {p.with_name(p.name.replace(".request.", ".decision.")) for p in REQUESTS}
    assert requests == set(HERE.glob("*/*.decision.yaml"))
