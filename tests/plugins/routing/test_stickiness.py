"""A conversation stays where it is, within what is allowed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.selection import Selection
from plugins.routing.stickiness import Places, StickySelection
from plugins.routing.types import Deployment, Facts, Signal, Tier

SPEC = GatewaySpec()
A = Deployment("a", "a", "local", Tier.SMALL, price=0.0)
B = Deployment("b", "b", "local", Tier.SMALL, price=1.0)
BIG = Deployment("big", "big", "local", Tier.LARGE)
INSTANT = Deployment("i", "instant", "local", Tier.INSTANT)
FACTS = Facts("r", "/v1/chat/completions", "auto", conversation="conv_1")


def signals(intent: str = "question") -> dict[str, Signal]:
    return {"intent": Signal("intent", intent)}


def sticky(served: str | None = None, work: str = "auto/question") -> StickySelection:
    places = Places()
    if served is not None:
        places.note("conv_1", work, served)
    return StickySelection(Selection(SPEC), SPEC, places)


def first(selection: StickySelection, facts: Facts = FACTS, intent: str = "question", **live: Any) -> str:
    b = replace(B, **live)
    return selection.select(facts, signals(intent), [A, b, BIG], []).order[0].id


@pytest.mark.parametrize(
    ("served", "live", "expected"),
    [
        (None, {}, "a"),
        ("b", {}, "b"),
        ("big", {}, "big"),  # escalated before: stays
        ("gone", {}, "a"),
        ("b", {"healthy": False}, "a"),
        ("b", {"load": 1.0}, "a"),
        ("b", {"loaded": False}, "a"),
    ],
)
def test_the_remembered_deployment_first(served: str | None, live: dict[str, Any], expected: str) -> None:
    assert first(sticky(served), **live) == expected


def test_another_intent_capability_or_conversation_starts_anew() -> None:
    assert first(sticky("b"), intent="writing") == "a"
    assert first(sticky("b"), replace(FACTS, capability="fast")) == "a"
    assert first(sticky("b"), replace(FACTS, conversation="conv_2")) == "a"
    assert first(sticky("b"), replace(FACTS, conversation="")) == "a"


def test_what_a_policy_removed_or_set_aside_is_not_brought_back() -> None:
    assert sticky("b").select(FACTS, signals(), [A], []).order == (A,)
    assert sticky("b").select(FACTS, signals(), [A], [B]).order == (A, B)


def test_it_never_falls_below_the_need() -> None:
    chosen = sticky("a", "auto/coding").select(FACTS, signals("coding"), [A, BIG], [])
    assert (chosen.order[0].id, chosen.degraded) == ("big", False)


def test_every_turn_is_remembered_and_a_better_place_is_kept() -> None:
    selection = sticky()
    assert first(selection) == "a"
    selection.places.move("conv_1", "big")
    assert first(selection) == "big"
    assert "stays with big" in selection.select(FACTS, signals(), [A, BIG], []).reason


def test_an_instant_answer_does_not_move_the_conversation() -> None:
    selection = sticky("b")
    known = {**signals(), "instant": Signal("instant", "instant")}
    assert selection.select(FACTS, known, [A, B, INSTANT], []).order[0].id == "i"
    assert first(selection) == "b"


def test_a_pinned_request_is_left_alone() -> None:
    places = sticky("b")
    assert places.select(replace(FACTS, capability="a"), signals(), [A], []).order == (A,)


def test_the_memory_is_bounded() -> None:
    places = Places(size=2)
    for name in ("x", "y", "z"):
        places.note(name, "w", "d")
    assert [places.of(name, "w") for name in ("x", "y", "z")] == [None, "d", "d"]
    places.move("x", "e")
    assert places.of("x", "w") is None
