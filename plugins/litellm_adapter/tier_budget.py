"""Budgets for a tier or a model group, of a key or its team.

Knows: where they are written, windows, which counter each has. Does not know: how counters are shared
(``shared_counters``), routing. Written as ``metadata["signalbox"]["tier_budgets"] = {"frontier": {"max_usd": 5.0,
"per": "30d"}}``; LiteLLM's own ``model_max_budget`` of a key is held to here too, because LiteLLM looks it up by the
name that was asked for, which routing replaces.

A window is the whole number of ``per`` since 1970-01-01 UTC: every worker agrees on it without asking. What a request
costs is known when it is answered, so requests that run at once can together exceed a budget by what they cost.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from plugins.routing.types import Caller, Deployment, Exhausted, Tier

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "mo": 30 * 86_400}
_DURATION = re.compile(r"([1-9]\d{0,5})(s|m|h|d|w|mo)")
DEFAULT_PER = "30d"


class Counters(Protocol):
    """Sums by name. Neither call waits for anything."""

    def value(self, name: str) -> float: ...

    def add(self, name: str, amount: float, expires_at: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Budget:
    """``owner``: LiteLLM's hash of the key, or the team's id. ``per_s``: length of a window in seconds; 0 where the
    budget cannot be read. ``max_usd``: US dollars a window."""

    holder: str
    owner: str
    what: Tier | str
    max_usd: float
    per_s: int

    def ends_at(self, now: float) -> float:
        """When the window of ``now`` ends, seconds since the epoch."""
        return (now // self.per_s + 1) * self.per_s

    def counter(self, now: float) -> str:
        """The name of the running window's counter."""
        what = f"tier:{self.what.label}" if isinstance(self.what, Tier) else f"model:{self.what}"
        return f"{self.holder}:{self.owner}:{what}:{self.per_s}:{int(now // self.per_s)}"

    def covers(self, deployment: Deployment) -> bool:
        """Whether what this deployment costs counts here."""
        return deployment.tier == self.what if isinstance(self.what, Tier) else deployment.model_group == self.what


class Budgets:
    """All budgets of this worker's callers."""

    def __init__(self, counters: Counters, clock: Callable[[], float] = time.time) -> None:
        self._counters = counters
        self._clock = clock

    def exhausted(self, budgets: Iterable[Budget]) -> tuple[Exhausted, ...]:
        """Those that are used up now."""
        now, found = self._clock(), []
        for one in budgets:
            if one.per_s == 0:
                found.append(Exhausted(one.holder, one.what, one.max_usd, None))
            elif self._counters.value(one.counter(now)) >= one.max_usd:
                found.append(Exhausted(one.holder, one.what, one.max_usd, one.ends_at(now)))
        return tuple(found)

    def spend(self, budgets: Iterable[Budget], deployment: Deployment, usd: float) -> None:
        """Counts what one answer cost, in US dollars."""
        now = self._clock()
        for one in budgets:
            if one.per_s and one.covers(deployment):
                self._counters.add(one.counter(now), usd, one.ends_at(now))


def budgets_of(key: Any, caller: Caller) -> tuple[Budget, ...]:
    """What a key (LiteLLM's ``UserAPIKeyAuth``) and its team were given; empty for most."""
    found: list[Budget] = []
    for holder, owner, metadata in (
        ("key", caller.key_id, getattr(key, "metadata", None)),
        ("team", caller.team_id, getattr(key, "team_metadata", None)),
    ):
        label = metadata.get("signalbox") if isinstance(metadata, Mapping) else None
        given = label.get("tier_budgets") if isinstance(label, Mapping) else None
        if given is not None and owner:
            found += _tiers(holder, owner, given)
    models = getattr(key, "model_max_budget", None)
    if isinstance(models, Mapping) and caller.key_id:
        found += [
            _budget(
                "key", caller.key_id, str(name), one, ("budget_limit", "max_budget"), ("time_period", "budget_duration")
            )
            for name, one in models.items()
        ]
    return tuple(found)


def seconds_of(duration: object) -> int:
    """``"30d"`` as seconds; 0 where it cannot be read."""
    match = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    return int(match[1]) * _SECONDS[match[2]] if match else 0


def _tiers(holder: str, owner: str, given: object) -> list[Budget]:
    """One that cannot be read is used up, as every label that cannot be read is the strictest there is; a tier that
    does not exist closes them all."""
    if not isinstance(given, Mapping):
        return [Budget(holder, owner, tier, 0.0, 0) for tier in Tier]
    words = {tier.label: tier for tier in Tier}
    if any(name not in words for name in given):
        return [Budget(holder, owner, tier, 0.0, 0) for tier in Tier]
    return [_budget(holder, owner, words[name], one, ("max_usd",), ("per",)) for name, one in given.items()]


def _budget(
    holder: str, owner: str, what: Tier | str, given: object, amount: Iterable[str], period: Iterable[str]
) -> Budget:
    said = given if isinstance(given, Mapping) else {}
    limit = next((said[name] for name in amount if said.get(name) is not None), None)
    per = next((said[name] for name in period if said.get(name) is not None), DEFAULT_PER)
    readable = isinstance(limit, int | float) and not isinstance(limit, bool) and math.isfinite(limit) and limit >= 0
    return Budget(
        holder, owner, what, float(limit) if readable and limit is not None else 0.0, seconds_of(per) if readable else 0
    )
