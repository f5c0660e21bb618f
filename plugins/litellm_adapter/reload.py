"""Follows the rendered file while running.

Knows: when the file changed, how LiteLLM's router gains and loses deployments. Does not know: who writes the file.
Order: what LiteLLM would refuse is found first, then new deployments go in, the policy is swapped, and old ones go out
when the last request that was decided before the swap has ended. So no request is sent to a deployment that is gone.
LiteLLM's ``set_model_list`` is not used: it empties the list before refilling it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from plugins.assembly import build_router
from plugins.litellm_adapter.deployments import Deployments, Entry, Leaving, LiteLLMDeployments
from plugins.litellm_adapter.gateway import Gateway, base_dir
from plugins.routing.config.deployments import deployment_id
from plugins.routing.config.load import Config, ConfigError, parse_config
from plugins.routing.router import Router

POLL_S = 0.2
_LOG = logging.getLogger("signalbox.reload")
Stamp = tuple[int, int, int]


class Reloader:
    """One task a worker. ``deployments``: where entries go; LiteLLM's router unless said. ``state``: the state
    directory, where each worker leaves which version it has taken (``run/workers/PID.json``)."""

    def __init__(
        self,
        gateway: Gateway,
        path: Path,
        deployments: Deployments | None = None,
        build: Callable[[Config, Router], Router] | None = None,
        state: Path | None = None,
    ) -> None:
        self._gateway = gateway
        self._path = path
        self._deployments = deployments or LiteLLMDeployments()
        self._build = build or _build
        self._told = state / "run" / "workers" / f"{os.getpid()}.json" if state is not None else None
        self._seen = stamp(path)
        self._entries = _by_id(gateway.config)
        self._leaving = Leaving(gateway.oldest_running)

    async def run(self) -> None:
        """Looks several times a second, until cancelled."""
        self._seen, self._entries = None, {}  # LiteLLM and the policy each read the file at start, at different times
        while True:
            try:
                await self.look()
                self.drain()
            except Exception as error:  # noqa: BLE001 - the task must outlive any one bad file
                _LOG.error("reload of %s failed, the old policy stays: %s", self._path, type(error).__name__)
            await asyncio.sleep(POLL_S)

    async def look(self) -> bool:
        """Takes over a changed file; True where it did. A broken one keeps the old policy and is reported once."""
        now = stamp(self._path)
        if now is None or now == self._seen:
            return False
        self._seen = now
        try:
            data = await asyncio.to_thread(self._path.read_bytes)
            config = await asyncio.to_thread(parse_config, data.decode("utf-8", "replace"), str(self._path))
            router = await asyncio.to_thread(self._build, config, self._gateway.base)
        except ConfigError as error:
            return self._refuse(error.problems)
        wrong = self._deployments.problems(list(_by_id(config).values()))
        if wrong:
            return self._refuse(wrong)
        self._take_over(config, router)
        self._tell(data)
        _LOG.info("configuration reloaded: %d deployments", len(router.deployments))
        return True

    def drain(self) -> None:
        """Removes the deployments that no request can reach any more."""
        for entry_id in self._leaving.gone():
            self._deployments.delete(entry_id)

    def _refuse(self, problems: Any) -> bool:
        for problem in problems:
            _LOG.error("configuration not accepted, the old policy stays: %s", problem)
        return False

    def _take_over(self, config: Config, router: Router) -> None:
        wanted, there = _by_id(config), self._deployments.ids()
        self._deployments.hold(frozenset(wanted) | there)
        for entry_id, entry in wanted.items():
            if entry_id not in there or self._entries.get(entry_id) != entry:
                self._deployments.upsert(entry)
        before = self._gateway.policy
        self._gateway.swap(config, router)
        self._entries = wanted
        self._leaving.stay(wanted)
        for entry_id in there - set(wanted):
            self._leaving.add(entry_id, before)

    def _tell(self, data: bytes) -> None:
        if self._told is None:
            return
        text = json.dumps({"pid": os.getpid(), "rendered": hashlib.sha256(data).hexdigest(), "at": time.time()})
        with suppress(OSError):  # who reads it counts the workers that told
            self._told.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._told.with_suffix(".new")
            temporary.write_text(text)
            temporary.replace(self._told)


def _by_id(config: Config) -> dict[str, Entry]:
    entries = [e for e in config.raw.get("model_list") or () if isinstance(e, Mapping)]
    named = {deployment_id(entry): entry for entry in entries}
    return {i: {**entry, "model_info": {**(entry.get("model_info") or {}), "id": i}} for i, entry in named.items()}


def stamp(path: Path) -> Stamp | None:
    """What changes when the file does; None where it is not there (it is being replaced)."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _build(config: Config, previous: Router) -> Router:
    return build_router(config, base_dir=base_dir(os.environ), previous=previous)
