from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from plugins.litellm_adapter.tier_budget import Budget, Budgets, budgets_of, seconds_of
from plugins.routing.types import Caller, Tier
from tests.plugins.litellm_adapter.facts import BIG, CLOUD, SMALL

CALLER = Caller(key_id="hash", team_id="team-1")
MONTH = 30 * 86_400


class Plain:
    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.ends: dict[str, float] = {}

    def value(self, name: str) -> float:
        return self.sums.get(name, 0.0)

    def add(self, name: str, amount: float, expires_at: float) -> None:
        self.sums[name] = self.value(name) + amount
        self.ends[name] = expires_at


def key(own: Any = None, team: Any = None, models: Any = None) -> Any:
    return SimpleNamespace(
        metadata={"signalbox": {"tier_budgets": own}} if own is not None else {},
        team_metadata={"signalbox": {"tier_budgets": team}} if team is not None else None,
        model_max_budget=models,
    )


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (key(), ()),
        (
            key({"frontier": {"max_usd": 5, "per": "30d"}}),
            (Budget("key", "hash", Tier.FRONTIER, 5.0, MONTH),),
        ),
        (key({"small": {"max_usd": 0.5}}), (Budget("key", "hash", Tier.SMALL, 0.5, MONTH),)),
        (key(team={"large": {"max_usd": 1, "per": "1h"}}), (Budget("team", "team-1", Tier.LARGE, 1.0, 3600),)),
        (
            key(models={"gpt": {"budget_limit": 2, "time_period": "1d"}}),
            (Budget("key", "hash", "gpt", 2.0, 86_400),),
        ),
        # What cannot be read is used up.
        (key({"frontier": {"max_usd": "5"}}), (Budget("key", "hash", Tier.FRONTIER, 0.0, 0),)),
        (key({"frontier": {"max_usd": True}}), (Budget("key", "hash", Tier.FRONTIER, 0.0, 0),)),
        (key({"frontier": {"max_usd": float("nan")}}), (Budget("key", "hash", Tier.FRONTIER, 0.0, 0),)),
        (key({"frontier": {"max_usd": 5, "per": "a month"}}), (Budget("key", "hash", Tier.FRONTIER, 5.0, 0),)),
        (key({"frontier": 5}), (Budget("key", "hash", Tier.FRONTIER, 0.0, 0),)),
        (key({"fronteer": {"max_usd": 5}}), tuple(Budget("key", "hash", tier, 0.0, 0) for tier in Tier)),
        (key("none"), tuple(Budget("key", "hash", tier, 0.0, 0) for tier in Tier)),
    ],
)
def test_budgets_are_read_from_key_team_and_litellms_own_field(given: Any, found: tuple[Budget, ...]) -> None:
    assert budgets_of(given, CALLER) == found


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("45s", 45), ("2m", 120), ("1h", 3600), ("30d", MONTH), ("1w", 604_800), ("1mo", MONTH), ("0d", 0), ("", 0)],
)
def test_durations(words: str, seconds: int) -> None:
    assert seconds_of(words) == seconds


def test_a_budget_is_used_up_by_its_own_tier_alone_and_starts_anew() -> None:
    now = [1000.0]
    counters = Plain()
    budgets = Budgets(counters, lambda: now[0])
    mine = budgets_of(key({"frontier": {"max_usd": 1.0, "per": "1h"}}, models={"big": {"budget_limit": 3}}), CALLER)
    budgets.spend(mine, SMALL, 9.0)
    assert budgets.exhausted(mine) == ()
    budgets.spend(mine, CLOUD, 0.6)
    assert budgets.exhausted(mine) == ()
    budgets.spend(mine, CLOUD, 0.4)
    (used,) = budgets.exhausted(mine)
    assert (used.holder, used.what, used.max_usd, used.resets_at) == ("key", Tier.FRONTIER, 1.0, 3600.0)
    budgets.spend(mine, BIG, 3.0)
    assert [one.what for one in budgets.exhausted(mine)] == [Tier.FRONTIER, "big"]
    assert set(counters.ends.values()) == {3600.0, float(MONTH)}
    now[0] = 3600.0
    assert [one.what for one in budgets.exhausted(mine)] == ["big"]


def test_one_that_cannot_be_read_is_used_up_and_never_counted() -> None:
    counters = Plain()
    budgets = Budgets(counters)
    mine = budgets_of(key({"frontier": "lots"}), CALLER)
    budgets.spend(mine, CLOUD, 1.0)
    assert [(one.what, one.resets_at) for one in budgets.exhausted(mine)] == [(Tier.FRONTIER, None)]
    assert counters.sums == {}
