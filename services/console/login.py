"""Who may log in, and how often one may fail.

Knows: the two ways in (the master key; user ``admin`` with the admin UI's password) and the limit on failures.
Does not know: cookies (``session``), HTTP, pages.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

ADMIN_USER = "admin"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets that open the console. An empty one opens nothing."""

    master_key: str = field(repr=False)
    ui_password: str = field(repr=False)

    def accept(self, user: str, secret: str) -> bool:
        """True for the master key with any user name or none, and for ``admin`` with the admin UI's password."""
        by_key = _equal(secret, self.master_key)
        by_password = _equal(secret, self.ui_password) & _equal(user.strip(), ADMIN_USER)
        return by_key | by_password


def _equal(given: str, expected: str) -> bool:
    # Digests first: compare_digest tells the length of what it is given, and takes no non-ASCII text.
    one, other = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, expected))
    return hmac.compare_digest(one, other) and bool(expected)


class FailureLimit:
    """Refuses a client that failed ``per_client`` times within ``window_s`` seconds, and everybody after ``overall``.

    The second limit is for guesses from many addresses. At most ``max_clients`` addresses are kept.
    """

    def __init__(
        self,
        per_client: int = 5,
        overall: int = 60,
        window_s: float = 60.0,
        max_clients: int = 1000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_client = per_client
        self._overall = overall
        self._window_s = window_s
        self._max_clients = max_clients
        self._clock = clock
        self._failures: dict[str, deque[float]] = {}
        self._all: deque[float] = deque()
        self._lock = Lock()

    def wait_s(self, client: str) -> float:
        """Seconds until this client may try again; 0 where it may now."""
        with self._lock:
            now = self._clock()
            own = self._failures.get(client, deque())
            return max(self._wait(own, self._per_client, now), self._wait(self._all, self._overall, now))

    def failed(self, client: str) -> None:
        with self._lock:
            now = self._clock()
            if client not in self._failures and len(self._failures) >= self._max_clients:
                self._failures.pop(next(iter(self._failures)))
            for times in (self._failures.setdefault(client, deque()), self._all):
                times.append(now)

    def succeeded(self, client: str) -> None:
        with self._lock:
            self._failures.pop(client, None)

    def _wait(self, times: deque[float], limit: int, now: float) -> float:
        while times and times[0] <= now - self._window_s:
            times.popleft()
        return times[-limit] + self._window_s - now if len(times) >= limit else 0.0
