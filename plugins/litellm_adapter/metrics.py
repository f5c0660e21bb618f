"""Counts for Prometheus, over all workers of this gateway.

Knows: which numbers there are, their labels and how few values each may take. Does not know: HTTP, who may read them
(``metrics_routes``), the log (``log_figures``). Each worker writes to files of its own under PROMETHEUS_MULTIPROC_DIR,
which ``server`` sets and empties; a scrape adds up all of them. Without it (plain LiteLLM) a worker counts alone.

A label never holds a caller's words: what is not one of the known values counts as ``other``, and of names that
operators make (locations, keys, deployments) only the first so many are told apart.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from plugins.routing.costs import Price
from plugins.routing.decision_log import LogRecord
from plugins.routing.types import INTENTS, UNSURE, DataClass, Tier

DIRECTORY_ENV = "PROMETHEUS_MULTIPROC_DIR"
OTHER, NONE = "other", "none"
MAX_LOCATIONS = 20
MAX_DEPLOYMENTS = 200
MAX_POLICIES = 30
SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
DECIDING = (0.0005, 0.001, 0.0015, 0.0025, 0.005, 0.01, 0.1)
CONFIDENCE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


class Words:
    """The values that one label may take: known ones, and of others the first ``more``; the rest is ``other``."""

    def __init__(self, known: Iterable[str] = (), more: int = 0) -> None:
        self._seen = {*known, NONE, OTHER}
        self._room = more

    def of(self, word: str | None) -> str:
        if word is None:
            return NONE
        if word in self._seen:
            return word
        if self._room <= 0:
            return OTHER
        self._room -= 1
        self._seen.add(word)
        return word


class Metrics:
    """One a worker. ``max_keys``: how many keys are told apart."""

    def __init__(self, max_keys: int = 100) -> None:
        self.registry = CollectorRegistry()
        self._tiers = Words(t.label for t in Tier)
        self._intents = Words((*INTENTS, UNSURE))
        self._classes = Words(c.label for c in DataClass)
        self._locations = Words(more=MAX_LOCATIONS)
        self._deployments = Words(more=MAX_DEPLOYMENTS)
        self._reasons = Words(("selected", "pinned", "degraded", "fallback", "escalated"), MAX_POLICIES)
        self._keys = Words(more=max_keys)
        self._declare()

    def _declare(self) -> None:
        place = ("intent", "tier", "location")
        self.decisions = self._counter("decisions", "Decisions, by what they chose and why", *place, "reason")
        self.answers = self._counter("answers", "Requests that ended, by class of their status", "status")
        self.latency = self._histogram("latency_seconds", "Until a good answer was complete", SECONDS, "tier")
        self.deciding = self._histogram("decide_seconds", "Time of a decision", DECIDING)
        self.confidence = self._histogram("classifier_confidence", "How sure the classifier was", CONFIDENCE)
        self.refusals = self._counter("refusals", "Requests that no place may or can serve", "policy")
        self.boundary = self._counter("boundary_refusals", "Requests that the data boundary refused", "data_class")
        self.spend = self._counter("spend_usd", "What answers cost, US dollars", *place)
        self.key_spend = self._counter("key_spend_usd", "The same, by hash of the key", "key")
        self.frontier = self._counter(
            "frontier_usd", "What comparable answers would have cost at the frontier, US dollars"
        )
        self.compared = self._counter("compared_usd", "What the answers that this compares did cost")
        self.busy = self._counter("busy_seconds", "Seconds of one's own machines in answers", "tier")
        self.tokens = self._counter("tokens", "Tokens of answers", "tier", "direction")
        self.judged = self._counter("feedback", "What people said of answers", "rating")
        self.running = self._gauge("in_flight", "Attempts that run now", "deployment")
        self.queue = self._gauge("queue_depth", "Requests that wait for a slot of a deployment", "deployment")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"signalbox_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"signalbox_{name}", text, labels, buckets=buckets, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"signalbox_{name}", text, labels, multiprocess_mode="livesum", registry=self.registry)

    def waits(self, deployment_id: str, change: int) -> None:
        """Its queue in this worker is longer by ``change``."""
        self.queue.labels(self._deployments.of(deployment_id)).inc(change)

    def began(self, deployment_id: str) -> None:
        """An attempt was sent."""
        self.running.labels(self._deployments.of(deployment_id)).inc()

    def ended(self, deployment_id: str) -> None:
        """It ended."""
        self.running.labels(self._deployments.of(deployment_id)).dec()

    def answered(self, status: int) -> None:
        """A request ended. ``status`` 0: the caller went away."""
        self.answers.labels(f"{status // 100}xx" if 100 <= status < 600 else "gone").inc()

    def decided(self, row: LogRecord) -> None:
        """One finished decision, as it goes into the log."""
        place = (self._intents.of(row.intent), self._tiers.of(row.tier), self._locations.of(row.location))
        self.decisions.labels(*place, self._reasons.of(reason_of(row))).inc()
        self.deciding.observe(row.decide_us / 1e6)
        if row.confidence is not None:
            self.confidence.observe(row.confidence)
        if row.denied_by is not None:
            self.refusals.labels(self._reasons.of(row.denied_by)).inc()
        if row.denied_by == "data_boundary":
            self.boundary.labels(self._classes.of(row.data_class)).inc()
        tier = place[1]
        if row.status is not None and 200 <= row.status < 300 and row.latency_ms is not None:
            self.latency.labels(tier).observe(row.latency_ms / 1000)
        if row.cost_usd:
            self.spend.labels(*place).inc(row.cost_usd)
            self.key_spend.labels(self._keys.of(row.key_id)).inc(row.cost_usd)
        if row.busy_s:
            self.busy.labels(tier).inc(row.busy_s)
        for direction, count in (("in", row.tokens_in), ("out", row.tokens_out)):
            if count:
                self.tokens.labels(tier, direction).inc(count)
        if row.frontier_in is not None and row.tokens_out is not None and row.cost_usd is not None:
            into = row.tokens_in if row.final_in is None else row.final_in
            out = row.tokens_out if row.final_out is None else row.final_out
            self.frontier.inc(Price(row.frontier_in, row.frontier_out or 0.0).of(into or 0, out))
            self.compared.inc(row.cost_usd)

    def text(self) -> bytes:
        """Prometheus's text format, over all workers."""
        directory = os.environ.get(DIRECTORY_ENV)
        if not directory:
            return generate_latest(self.registry)
        forget_the_dead(Path(directory))
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody, path=directory)  # type: ignore[no-untyped-call]
        return generate_latest(everybody)


def reason_of(row: LogRecord) -> str:
    """One word: the policy that refused, or how the deployment came to serve."""
    if row.denied_by is not None:
        return row.denied_by
    if row.escalated_from is not None:
        return "escalated"
    if row.fallback:
        return "fallback"
    if row.degraded:
        return "degraded"
    return "pinned" if row.pinned else "selected"


def forget_the_dead(directory: Path) -> None:
    """Removes the gauges of workers that have ended: what ran there runs no more. Their counts stay."""
    for file in directory.glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            file.unlink(missing_ok=True)
