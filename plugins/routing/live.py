"""What one worker knows about its deployments right now: failures, requests in flight, latency.

Knows: what it was told. Does not know: deployments that it was never told about (they count as healthy and
idle), other workers, why something failed. The clock is given, in seconds, monotonic.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SAMPLES = 200
"""Latencies remembered for one deployment."""

MIN_SAMPLES = 3
"""Below this no percentile is told: one cold start must not condemn a deployment."""

WINDOW_S = 600.0
"""Latencies older than this are forgotten, so that a deployment that was too slow is measured again."""

MAX_COOLDOWN_FACTOR = 8
CAPACITY = 8
"""Requests in flight at which a deployment counts as full where nobody says."""


@dataclass(frozen=True, slots=True)
class Live:
    """Live state of one deployment; the fields are those of ``Deployment``."""

    healthy: bool = True
    load: float = 0.0
    loaded: bool = True
    latency_p95_ms: float | None = None
    works: bool = True


@dataclass(slots=True)
class _Row:
    latencies: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    p95_ms: float | None = None
    in_flight: int = 0
    failures: int = 0
    rests_until: float = 0.0
    loaded: bool = True
    works: bool = True
    silent_since: float | None = None
    busy: float = 0.0  # as the server itself says, of its capacity
    answered: float = float("-inf")
    told: Live | None = None  # the last answer, until something changes


class LiveBoard:
    """All methods are safe from several threads and never block for long."""

    def __init__(
        self,
        cooldown_s: float,
        clock: Callable[[], float],
        capacity: Mapping[str, int] | None = None,
    ) -> None:
        """``cooldown_s``: the first rest after a failure; it doubles with each further one, up to eight
        times. ``capacity``: by deployment id, requests in flight that make a load of 1."""
        self._cooldown_s = cooldown_s
        self._clock = clock
        self._capacity = dict(capacity or {})
        self._rows: dict[str, _Row] = {}
        self._lock = threading.Lock()

    def record(self, deployment_id: str, ok: bool, latency_ms: float | None = None) -> None:
        """One finished attempt. A success ends a rest; only successes count for latency (milliseconds,
        complete)."""
        with self._lock:
            row = self._row(deployment_id)
            now = self._clock()
            if not ok:
                factor = min(2**row.failures, MAX_COOLDOWN_FACTOR)
                row.failures += 1
                row.rests_until = now + self._cooldown_s * factor
                return
            row.failures = 0
            row.rests_until = 0.0
            row.answered = now
            if latency_ms is not None:
                row.latencies.append((now, latency_ms))
                row.p95_ms = _p95(row.latencies)

    def begin(self, deployment_id: str) -> None:
        """A request was sent there."""
        with self._lock:
            self._row(deployment_id).in_flight += 1

    def end(self, deployment_id: str) -> None:
        """It ended, however it ended."""
        with self._lock:
            row = self._row(deployment_id)
            row.in_flight = max(0, row.in_flight - 1)

    def set_loaded(self, deployment_id: str, loaded: bool) -> None:
        """Whether the weights are in memory, where a runtime tells."""
        with self._lock:
            self._row(deployment_id).loaded = loaded

    def set_checked(self, deployment_id: str, state: str) -> None:
        """What its last health check found: ``wrong`` takes it out, ``silent`` puts it last until a request is
        answered (a busy server answers no check in time), everything else is well."""
        with self._lock:
            row = self._row(deployment_id)
            row.works = state != "wrong"
            if state != "silent":
                row.silent_since = None
            elif row.silent_since is None:
                row.silent_since = self._clock()

    def set_capacities(self, capacity: Mapping[str, int]) -> None:
        """By deployment id, requests in flight that make a load of 1, from now on."""
        with self._lock:
            self._capacity = dict(capacity)
            for row in self._rows.values():
                row.told = None

    def set_busy(self, deployment_id: str, busy: float, loaded: bool | None = None) -> None:
        """What the server itself tells: its load (1 is full), which counts requests of others too, and whether the
        weights are in memory."""
        with self._lock:
            row = self._row(deployment_id)
            row.busy = busy
            if loaded is not None:
                row.loaded = loaded

    def forget(self, keep: frozenset[str]) -> None:
        """Drops every deployment that is not in ``keep``; for when the configuration changed."""
        with self._lock:
            self._rows = {i: row for i, row in self._rows.items() if i in keep or row.in_flight}

    def snapshot(self) -> Mapping[str, Live]:
        """By deployment id, those that anything was told about."""
        with self._lock:
            now = self._clock()
            return {i: self._live(i, row, now) for i, row in self._rows.items()}

    def _row(self, deployment_id: str) -> _Row:
        row = self._rows.setdefault(deployment_id, _Row())
        row.told = None
        return row

    def _live(self, deployment_id: str, row: _Row, now: float) -> Live:
        stale = bool(row.latencies) and row.latencies[0][0] < now - WINDOW_S
        if row.told is not None and not stale and not row.rests_until:
            return row.told
        if stale:
            while row.latencies and row.latencies[0][0] < now - WINDOW_S:
                row.latencies.popleft()
            row.p95_ms = _p95(row.latencies)
        row.told = Live(
            healthy=now >= row.rests_until and (row.silent_since is None or row.answered > row.silent_since),
            load=max(row.busy, row.in_flight / max(1, self._capacity.get(deployment_id, CAPACITY))),
            loaded=row.loaded,
            latency_p95_ms=row.p95_ms,
            works=row.works,
        )
        return row.told


def _p95(latencies: deque[tuple[float, float]]) -> float | None:
    """The nearest-rank 95th percentile."""
    if len(latencies) < MIN_SAMPLES:
        return None
    ordered = sorted(ms for _, ms in latencies)
    return ordered[-(-len(ordered) * 95 // 100) - 1]
