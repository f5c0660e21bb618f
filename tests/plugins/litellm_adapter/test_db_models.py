from __future__ import annotations

import asyncio
from typing import Any

from plugins.litellm_adapter.db_models import DbModels
from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.trace import Trace
from plugins.routing.types import Caller, Tier
from tests.plugins.litellm_adapter.facts import YAML, config, decision, router

FILE = {"model_name": "small", "litellm_params": {"model": "openai/a"}, "model_info": {"id": "dep-small"}}


def added(**info: Any) -> dict[str, Any]:
    params = {"model": "openai/new", "api_base": "http://127.0.0.1:9", "api_key": "sk-secret", "max_tokens": None}
    return {"model_name": "new", "litellm_params": params, "model_info": {"id": "u-1", "db_model": True, **info}}


def test_models_come_change_and_go() -> None:
    gateway = Gateway(config(), router(), None, b"")
    held: list[dict[str, Any]] = [FILE]
    models = DbModels(gateway, lambda: held)
    assert not models.look()

    held.append(added())
    assert models.look()
    assert not models.look()
    (new,) = [d for d in gateway.router.deployments if d.id == "u-1"]
    assert (new.model_group, new.location) == ("new", "unknown")
    assert len(gateway.router.deployments) == 4
    assert "u-1" not in gateway.safe

    held[1] = added(location="local", signalbox_tier="large")
    assert models.look()
    (new,) = [d for d in gateway.router.deployments if d.id == "u-1"]
    assert (new.tier, new.location) == (Tier.LARGE, "local")
    assert "u-1" in gateway.safe

    gateway.swap(config(), router())
    assert "u-1" in {d.id for d in gateway.router.deployments}, "a reloaded file keeps them"
    assert "u-1" not in {d.id for d in gateway.base.deployments}

    held.pop()
    assert models.look()
    assert {d.id for d in gateway.router.deployments} == {"dep-small", "dep-big", "dep-cloud"}


def test_an_id_of_the_file_is_not_replaced() -> None:
    gateway = Gateway(config(), router(), None, b"")
    models = DbModels(gateway, lambda: [{**added(), "model_info": {"id": "dep-cloud", "db_model": True}}])
    models.look()
    assert [d.location for d in gateway.router.deployments if d.id == "dep-cloud"] == ["cloud"]


def test_a_closed_boundary_takes_none_that_is_outside() -> None:
    text = YAML.replace("gateway: {}", "gateway: {boundary: {mode: closed}}")
    gateway = Gateway(config(text), router(text), None, b"")
    held = [added(location="cloud")]
    DbModels(gateway, lambda: held).look()
    assert "u-1" not in {d.id for d in gateway.router.deployments} | gateway.safe
    held[0] = added(location="local")
    DbModels(gateway, lambda: held).look()
    assert "u-1" in {d.id for d in gateway.router.deployments}


def test_max_concurrency_of_an_added_model_holds() -> None:
    gateway = Gateway(config(), router(), None, b"")
    held = [added(location="local", max_concurrency=1)]
    models = DbModels(gateway, lambda: held)
    models.look()
    begun = Trace(edge=True, decision=decision(), caller=Caller())
    new = next(d for d in gateway.router.deployments if d.id == "u-1")
    asyncio.run(gateway.admission.admit(begun, decision(chosen=new, fallbacks=(), pinned=True)))
    gateway.live.begin("u-1")
    assert gateway.live.snapshot()["u-1"].load == 1.0, "full with one request"
    assert begun.slot is not None
    for no_limit in (0, True, "4", -1):
        held[0] = added(location="local", max_concurrency=no_limit)
        models.look()
        assert gateway.live.snapshot()["u-1"].load < 1.0
