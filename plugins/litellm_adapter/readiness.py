"""Whether the other parts of this machine's gateway are ready.

Knows: ``parts.json`` as the supervisor writes it, each part's readiness URL. Does not know: processes or LiteLLM.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

CACHE_S = 1.0
ASK_S = 2.0


class Parts:
    """``state``: the state directory; None or no file in it means that there are no other parts."""

    def __init__(self, state: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = state / "run" / "parts.json" if state is not None else None
        self._clock = clock
        self._asked_at = float("-inf")
        self._waiting: tuple[str, ...] = ()
        self._lock = asyncio.Lock()

    async def not_ready(self) -> tuple[str, ...]:
        """Names of the parts that do not answer 200; asked at most once a second, all at once."""
        async with self._lock:
            if self._clock() - self._asked_at >= CACHE_S:
                self._waiting = await self._ask()
                self._asked_at = self._clock()
        return self._waiting

    async def _ask(self) -> tuple[str, ...]:
        try:
            parts = [(str(p["name"]), str(p["readiness"])) for p in self._read() if p["name"] != "gateway"]
        except (ValueError, KeyError, TypeError):
            return ("parts.json",)
        async with httpx.AsyncClient(timeout=ASK_S, trust_env=False) as client:
            found = await asyncio.gather(*(_answers(client, url) for _, url in parts))
        return tuple(name for (name, _), ready in zip(parts, found, strict=True) if not ready)

    def _read(self) -> list[dict[str, Any]]:
        if self._file is None:
            return []
        try:
            return list(json.loads(self._file.read_text("utf-8"))["parts"])
        except FileNotFoundError:
            return []


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.HTTPError:
        return False
