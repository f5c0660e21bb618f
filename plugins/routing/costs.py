"""What a request costs: a price a token, or the time that a machine of one's own was busy with it.

Knows: prices and rates in US dollars, and how a machine's time is shared between requests that run at once. Does not
know: who served what, LiteLLM, files.

Time of one's own machine: from the start of an attempt to its end (wall time), of which each of n requests in flight at
the same deployment carries 1/n. Summed over requests that is exactly how long the deployment was busy, whatever ran at
once (the virtual time of weighted fair queueing, Demers, Keshav and Shenker 1989). Time in which nothing runs is
nobody's. Each gateway process counts what it sent itself.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plugins.routing.types import Deployment, Tier

MILLION = 1e6
MAX_HOURLY_COST = 10_000.0
MAX_WATTS = 100_000.0
MAX_PRICE_PER_KWH = 100.0
BOUNDS: Mapping[str, float] = {
    "hourly_cost": MAX_HOURLY_COST,
    "watts": MAX_WATTS,
    "price_per_kwh": MAX_PRICE_PER_KWH,
}
"""The keys of ``model_info`` that make a rate; each is a number from 0 to this."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    input: float
    output: float

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """US dollars for so many tokens."""
        return (tokens_in * self.input + tokens_out * self.output) / MILLION


def rate_of(info: Mapping[str, Any], price_per_kwh: float = 0.0) -> float | None:
    """US dollars a busy second of a deployment; None where its ``model_info`` states neither ``hourly_cost`` nor
    ``watts``. ``price_per_kwh``: where it does not state its own. A value out of bounds counts as not stated."""
    hourly, watts, own = (_number(info.get(name), most) for name, most in BOUNDS.items())
    if hourly is None and watts is None:
        return None
    power = (watts or 0.0) / 1000 * (price_per_kwh if own is None else own)
    return ((hourly or 0.0) + power) / 3600


def cheapest_frontier(
    deployments: Iterable[Deployment], price_of: Callable[[Deployment], Price | None]
) -> Price | None:
    """The price that "everything to frontier" is reckoned with where nobody says: of the deployments of tier frontier
    that have one, the one whose million tokens in and out cost least. None where there is none."""
    found = [price_of(d) for d in deployments if d.tier is Tier.FRONTIER and d.mode == "chat"]
    return min((p for p in found if p is not None), key=lambda p: p.input + p.output, default=None)


@dataclass(slots=True)
class _Busy:
    running: int = 0
    virtual: float = 0.0
    at: float = 0.0


class BusyClock:
    """Shares each deployment's busy time between the requests in flight there. Safe from several threads.

    A deployment's virtual time grows by dt/n while n requests run; a request's part is the virtual time between its
    begin and its end.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock``: seconds, monotonic."""
        self._clock = clock
        self._rows: dict[str, _Busy] = {}
        self._lock = threading.Lock()

    def begin(self, deployment_id: str) -> float:
        """A request starts there; what comes back is given to ``end``."""
        with self._lock:
            row = self._rows.setdefault(deployment_id, _Busy(at=self._clock()))
            self._advance(row)
            row.running += 1
            return row.virtual

    def end(self, deployment_id: str, begun: float) -> float:
        """It ended: the seconds that are its own."""
        with self._lock:
            row = self._rows.setdefault(deployment_id, _Busy(at=self._clock()))
            self._advance(row)
            row.running = max(0, row.running - 1)
            return max(0.0, row.virtual - begun)

    def _advance(self, row: _Busy) -> None:
        now = self._clock()
        if row.running:
            row.virtual += (now - row.at) / row.running
        row.at = now


def _number(value: object, most: float) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value) if 0 <= value <= most else None
