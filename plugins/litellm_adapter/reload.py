"""Follows the rendered file while running.

Knows: when the file changed, how LiteLLM's router gains and loses deployments. Does not know: who writes the file.
Order: new deployments in, the policy swapped, old ones out; so no request is sent to a deployment that is gone, and a
running one keeps what it holds. LiteLLM's ``set_model_list`` is not used: it empties the list before refilling it.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from plugins.assembly import build_router
from plugins.litellm_adapter.gateway import Gateway, base_dir
from plugins.routing.config.deployments import deployment_id, for_litellm
from plugins.routing.config.load import Config, ConfigError, load_config
from plugins.routing.router import Router

POLL_S = 1.0
_LOG = logging.getLogger("signalbox.reload")
Stamp = tuple[int, int, int]


class Deployments(Protocol):
    """What holds LiteLLM's deployments."""

    def ids(self) -> set[str]: ...

    def upsert(self, entry: Mapping[str, Any]) -> None: ...

    def delete(self, deployment_id: str) -> None: ...


class LiteLLMDeployments:
    """The deployments of the running proxy's router, by explicit id."""

    def ids(self) -> set[str]:
        """Ids of all deployments, placeholders too; those kept in the database are not ours and left out."""
        found = (entry.get("model_info") or {} for entry in self._router().model_list)
        return {str(info["id"]) for info in found if info.get("id") and not info.get("db_model")}

    def upsert(self, entry: Mapping[str, Any]) -> None:
        """Adds or replaces one."""
        from litellm.types.router import Deployment

        self._router().upsert_deployment(Deployment(**with_secrets(for_litellm(entry))))

    def delete(self, deployment_id: str) -> None:
        """Removes one; requests that are running on it go on."""
        self._router().delete_deployment(deployment_id)

    @staticmethod
    def _router() -> Any:
        from litellm.proxy import proxy_server

        if proxy_server.llm_router is None:
            raise RuntimeError("LiteLLM has no router: its configuration holds no model")
        return proxy_server.llm_router


class Reloader:
    """One task a worker. ``deployments``: where entries go; LiteLLM's router unless said."""

    def __init__(
        self,
        gateway: Gateway,
        path: Path,
        deployments: Deployments | None = None,
        build: Callable[[Config, Router], Router] | None = None,
    ) -> None:
        self._gateway = gateway
        self._path = path
        self._deployments = deployments or LiteLLMDeployments()
        self._build = build or _build
        self._seen = stamp(path)

    async def run(self) -> None:
        """Looks once a second, until cancelled."""
        while True:
            await asyncio.sleep(POLL_S)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the task must outlive any one bad file
                _LOG.error("reload of %s failed, the old policy stays: %s", self._path, type(error).__name__)

    async def look(self) -> bool:
        """Takes over a changed file; True where it did. A broken one keeps the old policy and is reported once."""
        now = stamp(self._path)
        if now is None or now == self._seen:
            return False
        self._seen = now
        try:
            config = await asyncio.to_thread(load_config, self._path)
            router = await asyncio.to_thread(self._build, config, self._gateway.router)
        except ConfigError as error:
            for problem in error.problems:
                _LOG.error("configuration not accepted, the old policy stays: %s", problem)
            return False
        self._take_over(config, router)
        _LOG.info("configuration reloaded: %d deployments", len(router.deployments))
        return True

    def _take_over(self, config: Config, router: Router) -> None:
        wanted = {deployment_id(entry): entry for entry in config.raw.get("model_list") or ()}
        for entry_id, entry in wanted.items():
            self._deployments.upsert({**entry, "model_info": {**(entry.get("model_info") or {}), "id": entry_id}})
        self._gateway.swap(config, router)
        for entry_id in self._deployments.ids() - set(wanted):
            self._deployments.delete(entry_id)


def with_secrets(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with each parameter ``os.environ/X`` replaced by its value: LiteLLM reads those in the file that it
    starts on, and not in a deployment that is added later."""
    from litellm.secret_managers.main import get_secret

    params = entry.get("litellm_params") or {}
    read = {k: get_secret(v) if isinstance(v, str) and v.startswith("os.environ/") else v for k, v in params.items()}
    return {**entry, "litellm_params": read}


def stamp(path: Path) -> Stamp | None:
    """What changes when the file does; None where it is not there (it is being replaced)."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _build(config: Config, previous: Router) -> Router:
    return build_router(config, base_dir=base_dir(os.environ), previous=previous)
