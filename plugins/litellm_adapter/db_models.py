"""Models of the admin UI join the routing.

Knows: LiteLLM's router as the place where models of the database appear, and the mark that they bear. Does not know:
the database. LiteLLM adds them to its router at once in the worker that was asked, and tells the others through Redis;
this looks there. One that LiteLLM removes is chosen no more from that moment on, and stays in its router until the last
request that was decided before has ended. What a model is (location, tier, ...) is read from its ``model_info``, as in
the YAML; until that says a location it has none, and gets the lowest class only. (LiteLLM accepts only its own words as
``tier``: in the UI the key is ``signalbox_tier``.)
"""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from plugins.litellm_adapter.deployments import Leaving, LiteLLMDeployments
from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.registration import Registration
from plugins.routing.config.deployments import deployments_from
from plugins.routing.config.load import Config
from plugins.routing.router import Router

POLL_S = 0.5
OF_LITELLMS_ROUTERS = "auto_router/"
"""LiteLLM rebuilds such a model by removing it and adding it again."""
_LOG = logging.getLogger("signalbox.models")
Entry = Mapping[str, Any]


class DbModels:
    """One task a worker. ``entries``: what LiteLLM's router holds now. ``registration``: what tells the egress broker;
    None where there is none. ``deployments``: who is asked when LiteLLM removes one; None where nobody is."""

    def __init__(
        self,
        gateway: Gateway,
        entries: Callable[[], Iterable[Entry]] | None = None,
        registration: Registration | None = None,
        deployments: LiteLLMDeployments | None = None,
    ) -> None:
        self._gateway = gateway
        self._registration = registration
        self._entries = entries or litellm_entries
        self._seen: list[dict[str, Any]] = []
        self._deployments = deployments
        self._leaving = Leaving(gateway.oldest_running)
        gateway.extend, gateway.added = self.extended, lambda: self._seen
        if deployments is not None:
            deployments.on_removal = self.leave

    async def run(self) -> None:
        """Looks twice a second, until cancelled."""
        while True:
            try:
                self.look()
                self.drain()
            except Exception as error:  # noqa: BLE001 - the task must outlive any one odd model
                _LOG.error("models of the database could not be taken over: %s", type(error).__name__)
            await asyncio.sleep(POLL_S)

    def look(self) -> bool:
        """Takes over what changed; True where something did."""
        marked = (e for e in self._entries() if _info(e).get("db_model") is True)
        held = [e for e in marked if _info(e).get("id") not in self._leaving]
        if held and self._deployments is not None:
            self._deployments.guard()
        if self._registration is not None:  # before routing can choose it
            self._registration.update(held, self._gateway.router.spec)
        now = [_essence(e) for e in held]
        if now == self._seen:
            return False
        self._seen = copy.deepcopy(now)
        self._gateway.swap(self._gateway.config, self._gateway.base)
        _LOG.info("%d models of the database take part in the routing", len(now))
        return True

    def leave(self, deployment_id: str) -> bool:
        """LiteLLM is about to remove this one. True where it is to stay in the router until ``drain``."""
        if deployment_id in self._leaving:
            return True
        mine = next((e for e in self._seen if _info(e).get("id") == deployment_id), None)
        if mine is None or str(mine["litellm_params"].get("model", "")).startswith(OF_LITELLMS_ROUTERS):
            return False
        self._leaving.add(deployment_id, self._gateway.policy)
        try:
            self.look()
        except OSError as error:  # of the file for the broker; the next look tries again
            _LOG.error("models of the database could not be taken over: %s", type(error).__name__)
        return True

    def drain(self) -> None:
        """Removes those that no running request can be sent to any more."""
        if self._deployments is not None:
            for deployment_id in self._leaving.gone():
                self._deployments.delete(deployment_id)

    def extended(self, config: Config, router: Router) -> Router:
        """The router with the database's models beside those of the file. An id of the file's is not replaced."""
        if not self._seen:
            return router
        declared = {str(_info(e).get("id")) for e in config.raw.get("model_list") or () if isinstance(e, Mapping)}
        entries = [*(config.raw.get("model_list") or ()), *(e for e in self._seen if _info(e)["id"] not in declared)]
        return replace(router, deployments=deployments_from(entries, router.spec))


def litellm_entries() -> list[Entry]:
    """The deployments of LiteLLM's router; empty before it has one."""
    from litellm.proxy import proxy_server

    return list(proxy_server.llm_router.model_list) if proxy_server.llm_router is not None else []


def _essence(entry: Entry) -> dict[str, Any]:
    """What routing reads of an entry: no credentials are kept here."""
    params = entry.get("litellm_params") or {}
    kept = ("model", "api_base", "input_cost_per_token", "output_cost_per_token")
    return {
        "model_name": entry.get("model_name"),
        "litellm_params": {name: params[name] for name in kept if params.get(name) is not None},
        "model_info": {k: v for k, v in _info(entry).items() if v is not None},
    }


def _info(entry: Entry) -> Mapping[str, Any]:
    info = entry.get("model_info")
    return info if isinstance(info, Mapping) else {}
