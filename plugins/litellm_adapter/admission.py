"""Keeps every deployment within its ``max_concurrency``: free slots first, then a queue, then 429.

Knows: gates by deployment, the order of a decision, this worker's share of each limit. Does not know: how a gate works
(``plugins.routing.admission``), LiteLLM. Only places of the decision are looked at, so a full deployment never sends a
request across the boundary.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import Trace
from plugins.routing.admission import Gate, Ticket
from plugins.routing.config.limits import Limit, limits_from
from plugins.routing.config.load import Config
from plugins.routing.config.spec import Queue
from plugins.routing.types import Decision, Deployment

LONGEST_S = 60
TYPICAL_MS = 2_000.0


@dataclass(frozen=True, slots=True)
class Slot:
    """What a request holds: a ticket at the gate of one deployment."""

    deployment: str
    gate: Gate
    ticket: Ticket


class Admission:
    """``workers``: processes that share each limit. ``waits``: told a deployment's id and +1 or -1 as its queue in
    this worker grows and shrinks."""

    def __init__(self, workers: int = 1, waits: Callable[[str, int], None] = lambda _id, _change: None) -> None:
        self._workers = max(1, workers)
        self._waits = waits
        self._gates: dict[str, Gate] = {}
        self._queue = Queue()

    def configure(self, config: Config, added: Iterable[Mapping[str, Any]] = ()) -> dict[str, int]:
        """Other limits from now on; slots in use stay counted. Returns the slots of this worker by deployment id.
        ``added``: entries beside those of the file, which come first."""
        self._queue = config.spec.queue
        limits = {**limits_from(added), **limits_from(config.raw.get("model_list") or ())}
        shares: Mapping[str, Limit] = {i: limit.share(self._workers) for i, limit in limits.items()}
        for name, share in shares.items():
            if name in self._gates:
                self._gates[name].resize(share.most, self._queue.max_waiting, share.reserved)
            else:
                self._gates[name] = Gate(share.most, self._queue.max_waiting, dict(share.reserved))
        self._gates = {name: gate for name, gate in self._gates.items() if name in shares}
        return {name: share.most for name, share in shares.items()}

    async def admit(self, trace: Trace, decision: Decision) -> Decision:
        """The decision, with the deployment first that has a slot for this request, which is then held. Raises Refused
        (429) where there is none in time."""
        chosen = decision.chosen
        if chosen is None or not trace.edge or not self._gates:
            return decision
        order = _order(trace, decision)
        as_good = [d for d in order if d.price <= chosen.price and d.tier >= chosen.tier]
        found = self._take(trace, as_good)
        if found is None and await self._wait(trace, chosen.id):
            found = chosen
        found = found or self._take(trace, order)
        if found is None:
            raise self._full(chosen)
        if found is chosen:
            return decision
        others = tuple(d for d in order if d is not found)
        below = decision.needed is not None and found.tier < decision.needed
        fallbacks = () if decision.pinned else others
        return replace(decision, chosen=found, fallbacks=fallbacks, degraded=decision.degraded or below)

    async def move(self, trace: Trace, deployment: Deployment | None, deployment_id: str) -> None:
        """An attempt begins there: its slot, where it is another than the one held. Raises Refused (429)."""
        held = trace.slot
        if not trace.edge or (isinstance(held, Slot) and held.deployment == deployment_id):
            return
        self.leave(trace)
        if deployment_id in self._gates and not await self._wait(trace, deployment_id):
            raise self._full(deployment)

    def leave(self, trace: Trace) -> None:
        """Gives back what the request holds."""
        held, trace.slot = trace.slot, None
        if isinstance(held, Slot):
            held.gate.leave(held.ticket)

    def _take(self, trace: Trace, order: list[Deployment]) -> Deployment | None:
        self.leave(trace)
        for d in order:
            gate = self._gates.get(d.id)
            if gate is None:
                if d.healthy and d.load < 1:
                    return d
            elif gate.free_for(trace.caller.team_id):
                ticket = Ticket(trace.caller.team_id, trace.caller.lane)
                gate.enter(ticket)
                trace.slot = Slot(d.id, gate, ticket)
                return d
        return next((d for d in order if d.id not in self._gates), None)

    async def _wait(self, trace: Trace, deployment_id: str) -> bool:
        gate = self._gates[deployment_id]
        turn = asyncio.Event()
        ticket = Ticket(trace.caller.team_id, trace.caller.lane, turn.set)
        if not gate.enter(ticket):
            return False
        if not ticket.running:
            await self._queued(deployment_id, gate, ticket, turn)
        if ticket.running:
            trace.slot = Slot(deployment_id, gate, ticket)
        return ticket.running

    async def _queued(self, deployment_id: str, gate: Gate, ticket: Ticket, turn: asyncio.Event) -> None:
        """Until it is this one's turn, or until it has waited long enough and leaves the queue."""
        self._waits(deployment_id, 1)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._queue.wait_s):
                    await turn.wait()
        except BaseException:
            gate.leave(ticket)
            raise
        finally:
            self._waits(deployment_id, -1)
        if not ticket.running:
            gate.leave(ticket)

    def _full(self, d: Deployment | None) -> Refused:
        gate = self._gates.get(d.id) if d is not None else None
        each_ms = (d.latency_p95_ms if d is not None else None) or TYPICAL_MS
        turns = (gate.waiting + 1) / gate.most if gate is not None else 1.0
        wait = max(1, min(LONGEST_S, math.ceil(each_ms / 1000 * turns)))
        message = f"Every deployment that may serve this request is full: try again in {wait} s."
        return Refused(429, message, "capacity_exceeded", kind="rate_limit_error", retry_after_s=wait)


def _order(trace: Trace, decision: Decision) -> list[Deployment]:
    """First choice first; of a pinned request the other deployments of its group."""
    chosen = decision.chosen
    assert chosen is not None
    kept = decision.verdicts[-1].kept if decision.pinned and decision.verdicts else ()
    others = (*decision.fallbacks, *(trace.places[i] for i in kept if i in trace.places))
    return list({d.id: d for d in (chosen, *others)}.values())
