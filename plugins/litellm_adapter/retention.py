"""Removes what is older than ``gateway.retention`` says: pseudonyms, spend logs, files, vector stores.

Knows: where each is kept and how it is asked to go. Does not know: what is in it. One task a worker, once an hour; what
another worker removed first is no error. What cannot be reached is tried again an hour later, and said in the log.
(The decision log has its own, ``gateway.log.retention_days``. Transcripts and texts read from documents are not kept.)
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import httpx

from plugins.litellm_adapter.gateway import Gateway

EVERY_S = 3600.0
FIRST_S = 60.0
DAY_S = 86_400.0
PAGE = 100
SPEND = """DELETE FROM "LiteLLM_SpendLogs" WHERE "startTime" < (now() AT TIME ZONE 'UTC') - $1 * interval '1 day'"""
"""LiteLLM writes ``startTime`` in UTC, without a zone."""

PARTS: tuple[tuple[str, str, str], ...] = (
    ("stores_days", "SIGNALBOX_RETRIEVAL_URL", "/v1/vector_stores"),
    ("files_days", "SIGNALBOX_DOCUMENTS_URL", "/files"),
)
"""The key of the YAML, where the part is told, and what it lists and deletes."""

_LOG = logging.getLogger("signalbox.retention")


class Retention:
    """``database``: LiteLLM's Prisma client, None where there is none."""

    def __init__(
        self,
        gateway: Gateway,
        environ: Mapping[str, str] | None = None,
        database: Callable[[], Any] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._gateway = gateway
        self._environ = os.environ if environ is None else environ
        self._database = database or litellm_database
        self._transport = transport

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.sleep(FIRST_S * (1 + random.random()))  # noqa: S311 - workers must not all begin at once
        while True:
            await self.sweep()
            await asyncio.sleep(EVERY_S)

    async def sweep(self) -> dict[str, int]:
        """Once through all; how much of each was removed."""
        kept = self._gateway.router.spec.retention
        removed: dict[str, int] = {}
        work: dict[str, Callable[[], Awaitable[int]]] = {
            "pseudonyms": partial(asyncio.to_thread, self._gateway.pseudonyms.sweep, kept.pseudonyms_days, 0.0),
            "spend logs": partial(self._spend, kept.spend_logs_days),
        }
        for key, url, path in PARTS:
            days, base = getattr(kept, key), self._environ.get(url)
            if days and base:
                work[path.rpartition("/")[2]] = partial(self._part, base, path, days)
        for name, do in work.items():
            try:
                removed[name] = await do()
            except Exception as error:  # noqa: BLE001 - the task must outlive a part that is down
                _LOG.warning("%s that are too old were not removed: %s", name, type(error).__name__)
        if any(removed.values()):
            _LOG.info("removed what was kept long enough: %s", ", ".join(f"{n} {w}" for w, n in removed.items() if n))
        return removed

    async def _spend(self, days: int) -> int:
        database = self._database()
        return int(await database.execute_raw(SPEND, days)) if days and database is not None else 0

    async def _part(self, base: str, path: str, days: int) -> int:
        removed, before = 0, time.time() - days * DAY_S
        key = self._environ.get("SIGNALBOX_INTERNAL_KEY", "")
        headers = {"Authorization": f"Bearer {key}", "x-signalbox-key-id": "", "x-signalbox-admin": "true"}
        async with httpx.AsyncClient(
            base_url=base, headers=headers, timeout=60, trust_env=False, transport=self._transport
        ) as client:
            while True:
                answer = await client.get(path, params={"limit": PAGE, "order": "asc"})
                answer.raise_for_status()
                listed = answer.json()["data"]
                old = [item["id"] for item in listed if item["created_at"] < before]
                gone = 0
                for one in old:
                    deleted = await client.delete(f"{path}/{one}")
                    if deleted.status_code != 404:
                        deleted.raise_for_status()
                        gone += 1
                removed += gone
                if not gone or len(old) < len(listed):
                    return removed


def litellm_database() -> Any:
    """LiteLLM's connected Prisma client; None without a database."""
    from litellm.proxy import proxy_server

    client = proxy_server.prisma_client
    return client.db if client is not None else None
