"""Selections and attempts against a verdict."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.litellm_adapter import guards
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.verdict import Verdict
from plugins.routing.config.spec import GatewaySpec
from tests.plugins.litellm_adapter.facts import BIG, CLOUD, SMALL, trace

SAFE = frozenset({"dep-small"})


def _entries(*ids: str) -> list[dict[str, Any]]:
    return [{"model_info": {"id": i}} for i in ids]


def test_only_zones_for_restricted_data_are_safe() -> None:
    assert guards.safest(GatewaySpec(), (SMALL, BIG, CLOUD)) == {"dep-small", "dep-big"}


def test_the_first_choice_is_offered_alone_and_then_the_next() -> None:
    verdict = Verdict(("dep-big", "dep-small"), trace())
    offered = _entries("dep-small", "dep-cloud", "dep-big")
    assert guards.narrow(offered, verdict, SAFE) == _entries("dep-big")
    verdict.tried.add("dep-big")
    assert guards.narrow(offered, verdict, SAFE) == _entries("dep-small")
    verdict.tried.add("dep-small")
    assert guards.narrow(offered, verdict, SAFE) == _entries("dep-small", "dep-big")


@pytest.mark.parametrize("verdict", [Verdict(("dep-small",), trace()), None])
def test_where_nothing_is_allowed_it_raises_instead_of_answering_an_empty_list(verdict: Verdict | None) -> None:
    with pytest.raises(Refused) as caught:
        guards.narrow(_entries("dep-cloud"), verdict, SAFE)
    assert (caught.value.status, caught.value.code) == (403, "data_boundary")
    assert guards.narrow([], verdict, SAFE) == []


def test_without_a_verdict_only_the_safest_places_are_left() -> None:
    assert guards.narrow(_entries("dep-cloud", "dep-small"), None, SAFE) == _entries("dep-small")


@pytest.mark.parametrize(
    ("kwargs", "verdict", "allowed"),
    [
        ({"model_info": {"id": "dep-small"}}, Verdict(("dep-small",), trace()), True),
        ({"metadata": {"model_info": {"id": "dep-small"}}}, Verdict(("dep-small",), trace()), True),
        ({"model_info": {"id": "dep-cloud"}}, Verdict(("dep-small",), trace()), False),
        ({"model_info": {"id": "dep-small"}}, None, True),
        ({"model_info": {"id": "dep-cloud"}}, None, False),
        ({}, Verdict(("dep-small",), trace()), False),
        ({}, None, False),
        ({"model_info": {"id": ["dep-small"]}}, None, False),
    ],
)
def test_the_last_gate(kwargs: dict[str, Any], verdict: Verdict | None, allowed: bool) -> None:
    if allowed:
        assert guards.check_attempt(kwargs, verdict, SAFE) == "dep-small"
        assert verdict is None or verdict.tried == {"dep-small"}
    else:
        with pytest.raises(Refused):
            guards.check_attempt(kwargs, verdict, SAFE)


@pytest.mark.parametrize(("location", "allowed"), [("local", True), ("cloud", False), (None, False)])
def test_an_id_that_an_edit_gave_to_another_place_is_not_called(location: str | None, allowed: bool) -> None:
    verdict = Verdict(("dep-small",), trace(places={"dep-small": SMALL}))
    info = {"id": "dep-small"} | ({"location": location} if location else {})
    for kwargs in ({"model_info": info}, {"metadata": {"model_info": info}}):
        if allowed:
            assert guards.check_attempt(kwargs, verdict, SAFE) == "dep-small"
        else:
            with pytest.raises(Refused):
                guards.check_attempt(kwargs, verdict, SAFE)
