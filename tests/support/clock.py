"""A clock for tests."""

from __future__ import annotations


class Clock:
    """Seconds; it moves when told."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
