"""Figures of the last hour out of the decision log, for Prometheus: the same that the console shows.

Knows: which figures, and that reading the log takes time. Does not know: formulas (``plugins.routing``). Read at most
every ``KEEP_S``, in a thread.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from plugins.routing.cost_report import Sums, cost_report
from plugins.routing.latency_report import latency_report
from plugins.routing.weighted_latency import WeightedLatency

HOUR_S = 3600.0
KEEP_S = 10.0


class LogFigures:
    """``state``: where decisions.sqlite and feedback.sqlite lie."""

    def __init__(self, state: Path, clock: Callable[[], float] = time.time) -> None:
        self._state = state
        self._clock = clock
        self._kept: tuple[float, bytes] = (-KEEP_S, b"")
        self._lock = asyncio.Lock()

    async def text(self) -> bytes:
        """Prometheus's text format; empty where the log cannot be read now."""
        async with self._lock:
            now = self._clock()
            if not 0 <= now - self._kept[0] < KEEP_S:
                self._kept = (now, await asyncio.to_thread(self._read, now))
            return self._kept[1]

    def _read(self, now: float) -> bytes:
        try:
            latency = latency_report(self._state / "decisions.sqlite", now - HOUR_S, now)
            costs = cost_report(self._state / "decisions.sqlite", self._state / "feedback.sqlite", now - HOUR_S, now)
        except sqlite3.Error:
            return b""
        registry = CollectorRegistry()
        registry.register(_Told(latency, costs.total))
        return generate_latest(registry)


class _Told(Collector):
    """Families made by hand: a gauge of the library's would go into the files that workers share."""

    def __init__(self, latency: WeightedLatency, sums: Sums) -> None:
        self._latency = latency
        self._sums = sums

    def collect(self) -> Iterator[GaugeMetricFamily]:
        share = GaugeMetricFamily("signalbox_tier_share", "Share of each tier, last hour, 0 to 1", labels=["tier"])
        mean = GaugeMetricFamily("signalbox_tier_latency_mean_ms", "Mean milliseconds of its answers", labels=["tier"])
        for one in self._latency.tiers:
            share.add_metric([one.tier], one.share)
            if one.mean_ms is not None:
                mean.add_metric([one.tier], one.mean_ms)
        yield share
        yield mean
        for name, text, value in (
            ("weighted_latency_ms", "L: sum over tiers of share times mean, last hour", self._latency.ms),
            ("hour_spend_usd", "US dollars spent in the last hour", self._sums.cost_usd),
            ("hour_saved_usd", "US dollars saved against the frontier, last hour", self._sums.saved_usd),
            ("hour_accepted", "Answers of the last hour that were judged good", self._sums.accepted),
            ("hour_usd_per_accepted", "What one of them cost, US dollars", self._sums.per_accepted),
        ):
            if value is not None:
                yield GaugeMetricFamily(f"signalbox_{name}", text, value=value)
