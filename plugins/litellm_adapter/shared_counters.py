"""Sums that all workers share through Redis, without any request waiting for it.

Knows: Redis commands, what has not been sent yet. Does not know: what is counted. A task sends and reads; ``value`` and
``add`` touch memory only. So another worker's additions are seen about ``SYNC_S`` later. While Redis is away each
worker goes on with what it knew and its own additions, says so once, and sends them when Redis is back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

SYNC_S = 0.25
FORGET_S = 600.0
FLUSH_S = 2.0
PREFIX = "signalbox:spend:"
KEEP_S = 60
"""How much longer than its window a sum is kept in Redis."""

_LOG = logging.getLogger("signalbox.counters")


class SharedCounters:
    """``connect`` gives an asyncio Redis client, or None where there is no Redis: then every worker counts alone."""

    def __init__(self, connect: Callable[[], Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._connect = connect
        self._clock = clock
        self._known: dict[str, float] = {}
        self._asked: dict[str, float] = {}
        self._unsent: dict[str, tuple[float, float]] = {}
        self._sending: dict[str, tuple[float, float]] = {}
        self._lost = False
        self._new = asyncio.Event()

    def value(self, name: str) -> float:
        """The sum as far as this worker knows; a name asked for the first time is read from Redis at once, behind
        the scenes."""
        if name not in self._asked:
            self._new.set()
        self._asked[name] = self._clock()
        own = self._unsent.get(name, (0.0, 0.0))[0] + self._sending.get(name, (0.0, 0.0))[0]
        return self._known.get(name, 0.0) + own

    def add(self, name: str, amount: float, expires_at: float) -> None:
        """``expires_at``: when nobody asks for it any more, seconds since the epoch."""
        self._unsent[name] = (self._unsent.get(name, (0.0, 0.0))[0] + amount, expires_at)
        self._asked[name] = self._clock()
        self._new.set()

    async def run(self) -> None:
        """Exchanges with Redis until cancelled."""
        while True:
            await self._exchange()
            self._new.clear()
            await asyncio.sleep(SYNC_S / 5)  # several additions, one exchange
            if not self._unsent:
                try:
                    await asyncio.wait_for(self._new.wait(), SYNC_S if self._asked else None)
                except TimeoutError:
                    continue

    async def flush(self) -> None:
        """Sends what is left, once and briefly; for the end."""
        self._put_back()
        try:
            client = self._connect()
            if client is not None:
                await asyncio.wait_for(self.exchange(client), FLUSH_S)
        except Exception as error:  # noqa: BLE001 - the process ends either way
            _LOG.warning("the last spend did not reach Redis: %s", type(error).__name__)

    async def _exchange(self) -> None:
        try:
            client = self._connect()
            if client is None:
                self._keep_alone()
                return
            await self.exchange(client)
        except Exception as error:  # noqa: BLE001 - the client's errors are many, and the task must outlive them all
            self._put_back()
            if not self._lost:
                _LOG.warning(
                    "Redis does not answer (%s): each worker counts tier budgets alone until it does",
                    type(error).__name__,
                )
            self._lost = True
            await asyncio.sleep(1.0)
            return
        if self._lost:
            _LOG.warning("Redis answers again: tier budgets are shared between workers")
        self._lost = False

    async def exchange(self, client: Any) -> None:
        """Sends what was added and reads what was asked for lately, in one transaction."""
        horizon = self._clock() - FORGET_S
        self._asked = {name: at for name, at in self._asked.items() if at >= horizon}
        self._known = {name: value for name, value in self._known.items() if name in self._asked}
        names = list(self._asked)
        self._sending, self._unsent = self._unsent, {}
        if not names and not self._sending:
            return
        pipe = client.pipeline(transaction=True)
        for name, (amount, expires_at) in self._sending.items():
            pipe.incrbyfloat(PREFIX + name, amount)
            pipe.expireat(PREFIX + name, int(expires_at) + KEEP_S)
        for name in names:
            pipe.get(PREFIX + name)
        answers = await pipe.execute()
        self._known.update(
            {name: float(said or 0.0) for name, said in zip(names, answers[2 * len(self._sending) :], strict=True)}
        )
        self._sending = {}

    def _put_back(self) -> None:
        """What was being sent may have arrived: then it counts twice, which errs on the strict side."""
        for name, (amount, expires_at) in self._sending.items():
            self._unsent[name] = (self._unsent.get(name, (0.0, 0.0))[0] + amount, expires_at)
        self._sending = {}

    def _keep_alone(self) -> None:
        for name, (amount, _) in self._unsent.items():
            self._known[name] = self._known.get(name, 0.0) + amount
        self._unsent = {}


def litellm_redis() -> Any:
    """The client of the Redis that LiteLLM coordinates its workers through; None where it has none."""
    from litellm.proxy import proxy_server

    cache = proxy_server.redis_usage_cache
    return None if cache is None else cache.init_async_client()
