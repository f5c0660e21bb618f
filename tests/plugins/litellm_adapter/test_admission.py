"""Deployments stay within their limits, and the boundary is never a way out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from plugins.litellm_adapter.admission import Admission
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import Trace
from plugins.routing.types import Caller, Verdict
from tests.plugins.litellm_adapter import facts
from tests.plugins.litellm_adapter.facts import BIG, CLOUD, SMALL


def yaml(small: str = "", big: str = "", queue: str = "{max_waiting: 0}") -> str:
    text = facts.YAML.replace("id: dep-small,", f"id: dep-small, {small}").replace(
        "id: dep-big,", f"id: dep-big, {big}"
    )
    return text.replace("gateway: {}", f"gateway: {{queue: {queue}}}")


def admission(text: str, workers: int = 1) -> Admission:
    made = Admission(workers)
    made.configure(facts.config(text))
    return made


def trace(team: str | None = None, lane: Any = "interactive") -> Trace:
    return facts.trace(edge=True, caller=Caller(team_id=team, lane=lane))


async def admitted(made: Admission, one: Trace, decision: Any = None) -> str:
    found = await made.admit(one, decision or facts.decision())
    assert found.chosen is not None
    return found.chosen.id


async def test_a_full_one_spills_to_one_that_is_as_good_and_no_dearer() -> None:
    made = admission(yaml("max_concurrency: 1,"))
    first, second = trace(), trace()
    assert await admitted(made, first) == "dep-small"
    moved = await made.admit(second, facts.decision())
    assert moved.chosen == BIG
    assert moved.fallbacks == (SMALL,)
    made.leave(first)
    assert await admitted(made, trace()) == "dep-small"


async def test_a_dearer_one_is_the_last_way_out() -> None:
    made = admission(yaml("max_concurrency: 1,", queue="{max_waiting: 1, wait_s: 0.05}"))
    dear = replace(CLOUD, price=5.0)
    decision = facts.decision(fallbacks=(dear,))
    assert await admitted(made, trace(), decision) == "dep-small"
    assert await admitted(made, trace(), decision) == "dep-cloud", "after the wait in the queue"


async def test_where_all_are_full_it_is_429_with_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made = admission(yaml("max_concurrency: 1,", "max_concurrency: 1,"))
    for _ in range(2):
        await admitted(made, trace())
    with pytest.raises(Refused) as caught:
        await admitted(made, trace())
    assert (caught.value.status, caught.value.code) == (429, "capacity_exceeded")
    assert caught.value.retry_after_s == 2


async def test_one_that_waits_gets_the_slot_that_becomes_free() -> None:
    made = admission(yaml("max_concurrency: 1,", queue="{max_waiting: 5, wait_s: 30}"))
    decision, first, second = facts.decision(fallbacks=()), trace(), trace()
    await admitted(made, first, decision)
    waiting = asyncio.create_task(admitted(made, second, decision))
    await asyncio.sleep(0)
    assert not waiting.done()
    made.leave(first)
    assert await waiting == "dep-small"
    third = asyncio.create_task(admitted(made, trace(), decision))
    await asyncio.sleep(0)
    third.cancel()
    with pytest.raises(asyncio.CancelledError):
        await third
    made.leave(second)
    assert await admitted(made, trace(), decision) == "dep-small", "one that went away holds nothing"


async def test_the_queues_depth_is_told_and_ends_at_nothing() -> None:
    told: list[tuple[str, int]] = []
    made = Admission(1, lambda deployment, change: told.append((deployment, change)))
    made.configure(facts.config(yaml("max_concurrency: 1,", queue="{max_waiting: 5, wait_s: 30}")))
    decision, first, second = facts.decision(fallbacks=()), trace(), trace()
    await admitted(made, first, decision)
    assert told == [], "who need not wait is not in the queue"
    waiting = [asyncio.create_task(admitted(made, one, decision)) for one in (second, trace())]
    await asyncio.sleep(0)
    assert told == [("dep-small", 1), ("dep-small", 1)]
    waiting[1].cancel()
    made.leave(first)
    assert await waiting[0] == "dep-small"
    await asyncio.gather(*waiting, return_exceptions=True)
    assert sum(change for _, change in told) == 0
    made.configure(facts.config(yaml("max_concurrency: 1,", queue="{max_waiting: 5, wait_s: 0.01}")))
    with pytest.raises(Refused):
        await admitted(made, trace(), decision)
    assert told[-2:] == [("dep-small", 1), ("dep-small", -1)]


async def test_an_attempt_elsewhere_takes_its_slot_along() -> None:
    made = admission(yaml("max_concurrency: 1,", "max_concurrency: 1,"))
    one, other = trace(), trace()
    await admitted(made, one)
    await made.move(one, SMALL, "dep-small")
    await made.move(one, BIG, "dep-big")
    assert await admitted(made, other) == "dep-small", "its first slot is free again"
    with pytest.raises(Refused):
        await made.move(other, BIG, "dep-big")
    made.leave(one)
    await made.move(other, CLOUD, "dep-cloud")
    assert other.slot is None


async def test_a_reserved_slot_serves_its_team() -> None:
    made = admission(yaml("max_concurrency: 2, reserved: {gold: 1},"))
    alone = facts.decision(fallbacks=())
    assert await admitted(made, trace(), alone) == "dep-small"
    with pytest.raises(Refused):
        await admitted(made, trace(), alone)
    assert await admitted(made, trace("gold"), alone) == "dep-small"


async def test_a_pinned_request_stays_in_its_group() -> None:
    made = admission(yaml("max_concurrency: 1,"))
    twin = replace(SMALL, id="dep-twin")
    verdicts = (Verdict("selection", "require", ("dep-small", "dep-twin"), "pinned"),)
    pinned = facts.decision(pinned=True, fallbacks=(), verdicts=verdicts)
    places = {"dep-small": SMALL, "dep-twin": twin, "dep-big": BIG}
    first, second = trace(), trace()
    first.places = second.places = places
    assert await admitted(made, first, pinned) == "dep-small"
    moved = await made.admit(second, pinned)
    assert (moved.chosen, moved.fallbacks) == (twin, ())


async def test_without_limits_and_without_an_edge_nothing_is_held() -> None:
    made, one = admission(facts.YAML), trace()
    decision = facts.decision()
    assert await made.admit(one, decision) is decision
    assert one.slot is None
    limited, plain = admission(yaml("max_concurrency: 1,")), Trace()
    assert await limited.admit(plain, decision) is decision
    await limited.move(plain, SMALL, "dep-small")
    assert plain.slot is None


async def test_workers_share_a_limit_and_an_edit_changes_it() -> None:
    made = admission(yaml("max_concurrency: 4,", "max_concurrency: 1,"), workers=2)
    alone = facts.decision(fallbacks=())
    held = [trace() for _ in range(2)]
    for one in held:
        await admitted(made, one, alone)
    with pytest.raises(Refused):
        await admitted(made, trace(), alone)
    assert made.configure(facts.config(yaml("max_concurrency: 6,"))) == {"dep-small": 3}
    assert await admitted(made, trace(), alone) == "dep-small"
