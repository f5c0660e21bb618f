"""What the supervisor's health checks found, in this worker's routing and at ``GET /health/capabilities``.

Knows: the file that the prober writes, which capability each deployment could serve. Does not know: how anything is
checked. A file that is too old says nothing: whoever wrote it is gone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.loads import Loads
from plugins.litellm_adapter.translate import is_admin
from plugins.policies.capability import EXTRACTIVE
from plugins.routing.config.spec import Capability, GatewaySpec
from plugins.routing.types import Deployment, Tier

POLL_S = 0.3
OLD_S = 60.0
_LOG = logging.getLogger("signalbox.health")
Row = Mapping[str, Any]
Key = Annotated[Any, Depends(user_api_key_auth)]


class Checked:
    """One task a worker. ``gateway``: called after its start only. ``state``: the state directory; None: nothing is
    checked here."""

    def __init__(
        self, gateway: Callable[[], Gateway], state: Path | None, clock: Callable[[], float] = time.time
    ) -> None:
        self.gateway = gateway
        self._path = state / "run" / "health.json" if state is not None else None
        self._clock = clock
        self._seen: tuple[int, int] | None = None
        self._read: dict[str, Any] = {}
        self._told: set[str] = set()
        self._loads = Loads(gateway, state, clock)

    async def run(self) -> None:
        """Looks several times a second, until cancelled."""
        while True:
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - the task must outlive any odd file
                _LOG.error("results of health checks could not be read: %s", type(error).__name__)
            await asyncio.sleep(POLL_S)

    def look(self) -> None:
        """Takes over what changed."""
        self._loads.look()
        self._load()
        rows = self.results()
        for name, row in rows.items():
            self.gateway().live.set_checked(name, str(row.get("state")))
        for name in self._told - set(rows):
            self.gateway().live.set_checked(name, "unknown")
        self._told = set(rows)

    def results(self) -> dict[str, Row]:
        """By deployment id (and name of what is checked beside); empty where nobody checks."""
        at, every = self._read.get("at"), self._read.get("every_s", 0)
        fresh = isinstance(at, int | float) and self._clock() - at < max(OLD_S, 4 * every)
        rows = self._read.get("results") if fresh else None
        return {str(n): r for n, r in rows.items() if isinstance(r, Mapping)} if isinstance(rows, Mapping) else {}

    def _load(self) -> None:
        if self._path is None:
            return
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self._seen:
                read = json.loads(self._path.read_text("utf-8"))
                self._seen, self._read = stamp, read if isinstance(read, dict) else {}
        except (OSError, ValueError):
            self._seen, self._read = None, {}


def capabilities(
    spec: GatewaySpec, deployments: Iterable[Deployment], results: Mapping[str, Row]
) -> dict[str, dict[str, Any]]:
    """Each capability, each tier of chat and whatever is checked beside, with ``state``: ``works``, ``failing``
    (nothing that could serve it works), ``unchecked``, or ``missing`` (nothing could serve it)."""
    known = tuple(deployments)
    told = {name: _told([d for d in known if _could(d, wish)], results) for name, wish in spec.capabilities.items()}
    for tier in Tier:
        able = [d for d in known if d.mode == "chat" and d.tier is tier and d.model_group != EXTRACTIVE]
        told[f"chat, tier {tier.label}"] = _told(able, results)
    ids = {d.id for d in known}
    for name, row in results.items():
        if name not in ids:
            told[name] = {"state": _STATES.get(str(row.get("state")), "unchecked"), "deployments": [_row(name, row)]}
    return told


def health_routes(checked: Checked) -> APIRouter:
    """``GET /health/capabilities``; which deployments stand behind a capability is told to administrators."""
    router = APIRouter()

    @router.get("/health/capabilities")
    async def health(key: Key) -> dict[str, Any]:
        now = checked.gateway().router
        told = capabilities(now.spec, now.deployments, checked.results())
        if not is_admin(key):
            told = {name: {"state": row["state"]} for name, row in told.items()}
        failing = sorted(name for name, row in told.items() if row["state"] == "failing")
        return {"status": "failing" if failing else "ok", "failing": failing, "capabilities": told}

    return router


_STATES = {"right": "works", "wrong": "failing", "silent": "failing"}


def _could(d: Deployment, wish: Capability) -> bool:
    return (
        d.mode == wish.mode
        and d.modalities >= wish.modalities
        and (wish.extractive or d.model_group != EXTRACTIVE)
        and (wish.max_tier is None or d.tier <= wish.max_tier)
        and (wish.locations is None or d.location in wish.locations)
    )


def _told(able: list[Deployment], results: Mapping[str, Row]) -> dict[str, Any]:
    states = [_STATES.get(str(results.get(d.id, {}).get("state")), "unchecked") for d in able]
    state = next((s for s in ("works", "unchecked", "failing") if s in states), "missing")
    return {"state": state, "deployments": [_row(d.id, results.get(d.id, {}), d) for d in able]}


def _row(name: str, row: Row, d: Deployment | None = None) -> dict[str, Any]:
    told = {key: row.get(key) for key in ("state", "detail", "since", "checked", "took_ms")}
    about = {"id": name, "model_group": d.model_group, "location": d.location} if d is not None else {"id": name}
    return {**about, **told, "state": row.get("state", "unknown")}
