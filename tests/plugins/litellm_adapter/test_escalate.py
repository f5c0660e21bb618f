"""Who is asked again, and with which request; the whole path is in ``test_escalation_e2e``."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from plugins.litellm_adapter import verdict
from plugins.litellm_adapter.escalate import above, prepare, request
from plugins.routing.config.spec import Capability, Escalation, GatewaySpec
from plugins.routing.types import Facts
from tests.plugins.litellm_adapter.facts import BIG, CLOUD, SMALL, decision, trace

FACTS = Facts("r", "/v1/chat/completions", "auto", text="hello")


def test_only_the_next_tier_that_is_allowed() -> None:
    assert above(decision(fallbacks=(CLOUD, BIG)), SMALL) == (BIG,)
    assert above(decision(fallbacks=(CLOUD,)), SMALL) == (CLOUD,)
    assert above(decision(fallbacks=(BIG,)), BIG) == ()


def test_the_second_request_goes_there_alone_and_carries_its_own_verdict() -> None:
    found, twin = trace(), replace(BIG, id="dep-big-2")
    data: dict[str, Any] = {
        "model": "small", "fallbacks": ["big"], "litellm_call_id": "1", "litellm_logging_obj": object(),
        "messages": [], "metadata": {"user_api_key": "k", "model_info": {"id": "dep-small"}}, "num_retries": 0,
    }  # fmt: skip
    before = copy.copy(data["metadata"])
    again = request(data, (BIG, twin), found)
    assert again["model"] == "big"
    assert again["disable_fallbacks"] is True
    assert again["num_retries"] == 1
    assert not {"litellm_call_id", "litellm_logging_obj", "fallbacks"} & set(again)
    assert again["metadata"]["user_api_key"] == "k"
    assert "model_info" not in again["metadata"]
    held = verdict.read(again)
    assert held is not None
    assert held.order == ("dep-big", "dep-big-2")
    assert data["metadata"] == before


@pytest.mark.parametrize(
    ("spec", "facts", "more", "checked"),
    [
        (GatewaySpec(), FACTS, {}, True),
        (GatewaySpec(escalation=Escalation(mode=False)), FACTS, {}, False),
        (GatewaySpec(capabilities={"auto": Capability(escalation=False)}), FACTS, {}, False),
        (
            GatewaySpec(escalation=Escalation(mode=False), capabilities={"auto": Capability(escalation=True)}),
            FACTS,
            {},
            True,
        ),
        (GatewaySpec(), FACTS, {"pinned": True}, False),
        (GatewaySpec(), FACTS, {"fallbacks": ()}, False),
        (GatewaySpec(), replace(FACTS, route="/v1/responses"), {}, False),
        (GatewaySpec(), replace(FACTS, capability="small"), {}, False),
    ],
)
def test_what_is_checked(spec: GatewaySpec, facts: Facts, more: dict[str, Any], checked: bool) -> None:
    found = trace(decision=decision(**more))
    prepare(found, facts, {}, spec)
    assert (found.asked is not None) is checked
