"""The latency to expect of the whole box: L = sum over tiers of (share of requests x mean latency).

Knows: rows of the decision log, or shares and means by tier. Does not know: where rows come from, how L is shown. Only
answers that were complete and good (status 2xx) say how long a tier takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plugins.routing.types import Tier


@dataclass(frozen=True, slots=True)
class TierLatency:
    """``share``: of the requests that any tier served, 0..1. ``mean_ms``: milliseconds until the answer was complete,
    None where none of ``requests`` was measured."""

    tier: str
    requests: int
    share: float
    mean_ms: float | None


@dataclass(frozen=True, slots=True)
class WeightedLatency:
    """``ms``: L in milliseconds over the tiers that were measured, None where none was. ``measured_share``: the share
    of requests in those tiers; below 1, L stands for them alone (their shares are scaled up to 1)."""

    ms: float | None
    measured_share: float
    tiers: tuple[TierLatency, ...]


def weighted_latency(rows: Iterable[Mapping[str, Any]]) -> WeightedLatency:
    """L of rows with ``tier``, ``latency_ms``, ``status`` and ``deployment``, as ``DecisionLog.recent`` gives them. A
    request that no deployment served counts nowhere."""
    counts: dict[str, int] = {}
    times: dict[str, list[float]] = {}
    for row in rows:
        tier = row.get("tier")
        if tier is None or row.get("deployment") is None:
            continue
        counts[tier] = counts.get(tier, 0) + 1
        if complete(row):
            times.setdefault(tier, []).append(float(row["latency_ms"]))
    return expected(counts, {tier: sum(found) / len(found) for tier, found in times.items()})


def complete(row: Mapping[str, Any]) -> bool:
    """Whether the row's latency is that of a whole, good answer."""
    status, latency = row.get("status"), row.get("latency_ms")
    return status is not None and 200 <= status < 300 and latency is not None


def expected(counts: Mapping[str, float], means: Mapping[str, float]) -> WeightedLatency:
    """L for requests counted by tier and mean milliseconds by tier; tiers from the smallest up."""
    total = sum(counts.values())
    order = [tier.label for tier in Tier if counts.get(tier.label)]
    tiers = tuple(TierLatency(t, round(counts[t]), counts[t] / total, means.get(t)) for t in order)
    measured = [(one.share, one.mean_ms) for one in tiers if one.mean_ms is not None]
    share = sum(part for part, _ in measured)
    ms = sum(part * mean for part, mean in measured) / share if share else None
    return WeightedLatency(ms, share, tiers)
