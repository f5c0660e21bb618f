"""L = sum over tiers of share x mean latency."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.weighted_latency import TierLatency, expected, weighted_latency


def row(tier: str | None, latency: float | None, status: int = 200, deployment: str | None = "d") -> dict[str, Any]:
    return {"tier": tier, "latency_ms": latency, "status": status, "deployment": deployment}


def test_each_tier_counts_with_its_share() -> None:
    found = weighted_latency([row("small", 100), row("small", 300), row("small", 200), row("frontier", 2000)])
    assert found.tiers == (TierLatency("small", 3, 0.75, 200.0), TierLatency("frontier", 1, 0.25, 2000.0))
    assert found.ms == pytest.approx(0.75 * 200 + 0.25 * 2000)
    assert found.measured_share == 1


def test_failures_count_for_the_share_and_not_for_the_time() -> None:
    found = weighted_latency([row("small", 100), row("small", 9000, status=500), row("large", None)])
    assert found.tiers == (TierLatency("small", 2, 2 / 3, 100.0), TierLatency("large", 1, 1 / 3, None))
    assert found.ms == pytest.approx(100.0)
    assert found.measured_share == pytest.approx(2 / 3)


def test_what_nobody_served_counts_nowhere() -> None:
    found = weighted_latency([row("large", None, 403, None), row(None, None, 200, None)])
    assert (found.ms, found.measured_share, found.tiers) == (None, 0, ())


def test_shares_of_another_policy_with_measured_means() -> None:
    assert expected({"small": 1, "large": 3}, {"small": 100, "large": 500}).ms == pytest.approx(400)
    assert expected({}, {"small": 100}).ms is None
