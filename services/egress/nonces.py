"""Which verdicts were used already.

Knows: nonces and when each stops to matter. Does not know: verdicts, clocks. Bounded: where it is full, nothing more is
let out until some expire, since forgetting one would let it be used twice.
"""

from __future__ import annotations

import heapq

CAPACITY = 200_000


class Nonces:
    """``started``: when this memory began. What was issued before may have been used with the process before, so it
    is refused."""

    def __init__(self, started: float, capacity: int = CAPACITY) -> None:
        self._started = started
        self._capacity = capacity
        self._known: set[str] = set()
        self._by_expiry: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._known)

    def use(self, nonce: str, issued: float, expires: float, now: float) -> str | None:
        """Marks it as used. None where it may be, else why not: ``replayed``, ``before_start`` or ``busy``."""
        while self._by_expiry and self._by_expiry[0][0] <= now:
            self._known.discard(heapq.heappop(self._by_expiry)[1])
        if nonce in self._known:
            return "replayed"
        if issued < self._started:
            return "before_start"
        if len(self._known) >= self._capacity:
            return "busy"
        self._known.add(nonce)
        heapq.heappush(self._by_expiry, (expires, nonce))
        return None
