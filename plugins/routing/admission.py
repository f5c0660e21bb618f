"""Slots of a deployment and the queue before them: who may run now, and who comes next.

Knows: limits, lanes, reserved slots of teams. Does not know: requests, clocks, deployments, tasks: a waiting one is
told through its ``granted``. One worker's share of a deployment is one ``Gate``.

Interactive comes before batch; of every ``BATCH_EVERY`` slots that become free one goes to batch all the same where
batch waits, so neither lane starves. A reserved slot is kept free for its team, whoever waits.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Lane = Literal["interactive", "batch"]
LANES: tuple[Lane, ...] = ("interactive", "batch")
BATCH_EVERY = 5


@dataclass(slots=True, eq=False)
class Ticket:
    """One request at one gate. ``running``: it holds a slot. ``granted`` is called once where it had to wait."""

    team: str | None
    lane: Lane
    granted: Callable[[], None] = lambda: None
    running: bool = False


@dataclass(slots=True)
class Gate:
    """``most``: slots, at least 1. ``waiting_most``: the queue's length. ``reserved``: slots by team, of those."""

    most: int
    waiting_most: int
    reserved: Mapping[str, int] = field(default_factory=dict)
    _running: Counter[str | None] = field(default_factory=Counter)
    _queues: dict[Lane, deque[Ticket]] = field(default_factory=lambda: {lane: deque() for lane in LANES})
    _since_batch: int = 0

    @property
    def running(self) -> int:
        """Slots in use."""
        return self._running.total()

    @property
    def waiting(self) -> int:
        """Requests in the queue."""
        return sum(map(len, self._queues.values()))

    def free_for(self, team: str | None) -> bool:
        """Whether a request of this team would run at once: nobody waits before it, and a slot is there."""
        return self._fits(team) and not self._waits_before(team)

    def enter(self, ticket: Ticket) -> bool:
        """Takes a slot, or a place in the queue (then ``ticket.running`` is false). False: the queue is full."""
        if self.free_for(ticket.team):
            self._run(ticket)
            return True
        if self.waiting >= self.waiting_most:
            return False
        self._queues[ticket.lane].append(ticket)
        return True

    def leave(self, ticket: Ticket) -> None:
        """The request has ended, or waits no longer. To be called once for each that entered."""
        if ticket.running:
            ticket.running = False
            self._running[ticket.team] -= 1
            if not self._running[ticket.team]:
                del self._running[ticket.team]
        else:
            queue = self._queues[ticket.lane]
            if ticket in queue:
                queue.remove(ticket)
        self._grant()

    def resize(self, most: int, waiting_most: int, reserved: Mapping[str, int]) -> None:
        """Other limits from now on; whoever runs goes on."""
        self.most, self.waiting_most, self.reserved = most, waiting_most, dict(reserved)
        self._grant()

    def _fits(self, team: str | None) -> bool:
        own = min(self.reserved.get(team, 0), self.most) if team is not None else 0
        if self._running[team] < own:
            return self.running < self.most
        kept = sum(max(0, n - self._running[name]) for name, n in self.reserved.items() if name != team)
        return self.running + kept < self.most

    def _waits_before(self, team: str | None) -> bool:
        """Whether somebody who waits could run now; one who waits for others' reserved slots holds nobody up."""
        del team
        return any(self._fits(ticket.team) for queue in self._queues.values() for ticket in queue)

    def _grant(self) -> None:
        while (ticket := self._next()) is not None:
            self._queues[ticket.lane].remove(ticket)
            self._run(ticket)
            ticket.granted()

    def _next(self) -> Ticket | None:
        for lane in self._order():
            for ticket in self._queues[lane]:
                if self._fits(ticket.team):
                    return ticket
        return None

    def _order(self) -> Iterator[Lane]:
        return reversed(LANES) if self._since_batch >= BATCH_EVERY - 1 else iter(LANES)

    def _run(self, ticket: Ticket) -> None:
        ticket.running = True
        self._running[ticket.team] += 1
        self._since_batch = 0 if ticket.lane == "batch" else self._since_batch + 1
