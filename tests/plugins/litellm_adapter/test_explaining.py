"""Explaining bodies."""

from __future__ import annotations

from plugins.assembly import build_router
from plugins.litellm_adapter.explaining import explain_bodies
from plugins.litellm_adapter.gateway import Gateway
from plugins.routing.types import DataClass
from tests.plugins.litellm_adapter.facts import config, gateway

BODY = {"model": "auto", "messages": [{"role": "user", "content": "x"}]}


async def test_one_and_many() -> None:
    one = await explain_bodies(gateway(), BODY)
    assert one["chosen"] == "small"
    many = await explain_bodies(gateway(), {"requests": [BODY, {"model": "auto"}, 7]})
    assert [d.get("chosen") for d in many["decisions"]] == ["small", None, None]
    assert many["decisions"][1]["error"]["param"] == "messages"


async def test_a_declared_class_is_explained_and_not_remembered() -> None:
    real = Gateway(config(), build_router(config()), None, b"secret")
    assert (await explain_bodies(real, BODY, DataClass.RESTRICTED))["data_class"] == "restricted"
    assert (await explain_bodies(real, BODY, DataClass.PUBLIC))["data_class"] == "public"
