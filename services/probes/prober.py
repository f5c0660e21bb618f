"""Probes every deployment again and again, and keeps what it found in ``run/health.json``.

Knows: when each is due, what a single failure is worth, the file's shape. Does not know: what follows from it (the
gateway's workers read the file). One prober a machine: what a machine reaches, it finds out for itself.

A wrong answer is asked for once more at once; then it counts. Silence counts at the second time: a server that is
merely busy is not slandered by one late answer.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

import httpx

from services.probes.ask import Result, ask
from services.probes.resting import keep_alive, loaded, swaps
from services.probes.target import Target

AT_ONCE = 4
Standing = Literal["right", "wrong", "silent", "resting", "unknown"]
Save = Callable[[Path, str], None]


class Wish(Protocol):
    """``gateway.health``."""

    probes: bool
    interval_s: float
    timeout_s: float


@dataclass(slots=True)
class Row:
    """What is known of one deployment. ``since``, ``checked``: seconds since the epoch. ``resting``: its weights are
    not in memory, and a probe would load them."""

    state: Standing = "unknown"
    detail: str = ""
    since: float = 0.0
    checked: float = 0.0
    took_ms: float = 0.0
    silent: int = 0


Extra = Callable[[httpx.AsyncClient], Awaitable[Result | None]]
"""A probe of something that is no deployment, under a name of its own."""


class Prober:
    """``read``: what is to be probed, and the section's wishes, at this moment. ``extras``: by name."""

    def __init__(
        self,
        read: Callable[[], tuple[Sequence[Target], Wish]],
        path: Path,
        save: Save,
        extras: Callable[[], dict[str, Extra]] = dict,
        transport: httpx.AsyncBaseTransport | None = None,
        verify: Callable[[], ssl.SSLContext | bool] = lambda: True,
    ) -> None:
        self._verify = verify
        self._read = read
        self._path = path
        self._save = save
        self._extras = extras
        self._transport = transport
        self.rows: dict[str, Row] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            began = time.monotonic()
            _, wish = self._read()
            if wish.probes:
                await self.round()
            else:
                self.rows = {}
                self._path.unlink(missing_ok=True)
            await asyncio.sleep(max(0.2, wish.interval_s - (time.monotonic() - began)))

    async def round(self) -> None:
        """Probes all once, a few at a time, and writes the file after each answer that changed something."""
        targets, wish = self._read()
        extras = self._extras()
        self.rows = {name: self.rows.get(name, Row()) for name in (*(t.id for t in targets), *extras)}
        some = asyncio.Semaphore(AT_ONCE)
        async with httpx.AsyncClient(
            timeout=wish.timeout_s, trust_env=False, transport=self._transport, verify=self._verify()
        ) as client:

            async def one(name: str, probe: Callable[[], Awaitable[Result | None]]) -> None:
                async with some:
                    await self._probe(name, probe)
                    self._write(wish)

            def of(target: Target) -> Callable[[], Awaitable[Result | None]]:
                return lambda: self._ask(client, target)

            def beside(extra: Extra) -> Callable[[], Awaitable[Result | None]]:
                return lambda: extra(client)

            await asyncio.gather(
                *(one(t.id, of(t)) for t in targets), *(one(name, beside(extra)) for name, extra in extras.items())
            )
        self._write(wish)

    async def _ask(self, client: httpx.AsyncClient, target: Target) -> Result | None:
        if not swaps(target):
            return await ask(client, target)
        try:
            now = await loaded(client, target)
        except httpx.HTTPError as error:
            return Result("silent", f"no answer ({type(error).__name__})")
        if now is None:
            return None
        if target.model not in now.left_s and target.model.removesuffix(":latest") not in now.left_s:
            row = self.rows[target.id]
            row.state, row.checked = ("resting", time.time()) if row.state != "wrong" else (row.state, row.checked)
            return None
        return await ask(client, target, keep_alive(target, now))

    async def _probe(self, name: str, probe: Callable[[], Awaitable[Result | None]]) -> None:
        began = time.monotonic()
        result = await probe()
        if result is not None and result.state == "wrong":
            result = await probe()
        row = self.rows.get(name)
        if result is None or row is None:
            return
        row.took_ms = round((time.monotonic() - began) * 1000, 1)
        row.checked = now = time.time()
        row.silent = row.silent + 1 if result.state == "silent" else 0
        if result.state == "silent" and row.silent < 2 and row.state in ("right", "resting", "unknown"):
            return
        if row.state != result.state:
            row.state, row.since = result.state, now
        row.detail = result.detail

    def _write(self, wish: Wish) -> None:
        told = {"at": time.time(), "every_s": wish.interval_s, "results": {n: asdict(r) for n, r in self.rows.items()}}
        self._save(self._path, json.dumps(told, indent=1))
