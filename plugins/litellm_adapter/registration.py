"""Models of the admin UI behind the wall: where each is and with which key, told to the egress broker.

Knows: the file that the broker follows (``STATE/run/egress-added.json``, 0600), how an attempt at such a model is
turned to the broker. Does not know: who may be reached: the broker takes an entry only for a host that its own list
allows, and gives it no more than the zone may get by its own list of zones. LiteLLM keeps the key in its database,
encrypted, and this process can read it there; what it sends goes through the broker all the same.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.egress_split import DUMMY_KEY, KEPT_BY_THE_BROKER, behind_the_wall

FILE = "egress-added.json"
_LOG = logging.getLogger("signalbox.models")


class Registration:
    """``broker``: its base URL. Several workers write the same file; each writes what LiteLLM's router holds."""

    def __init__(self, run: Path, broker: str) -> None:
        self._path = run / FILE
        self._broker = broker
        self._addresses: Mapping[str, str] = {}
        self._said: tuple[str, ...] = ()

    def update(self, entries: Iterable[Mapping[str, Any]], spec: GatewaySpec) -> None:
        """Tells the broker what there is now. Raises OSError."""
        walled = behind_the_wall([dict(e) for e in entries], spec, self._broker, {})
        for warning in walled.warnings:
            if warning not in self._said:
                _LOG.warning("model of the admin UI: %s", warning)
        self._said = walled.warnings
        text = json.dumps({"targets": walled.targets}, indent=1, sort_keys=True)
        if not self._path.exists() or self._path.read_text("utf-8") != text:
            _replace(self._path, text)
        here = f"{self._broker}/"
        addresses = {str(e["model_info"]["id"]): str(e["litellm_params"].get("api_base")) for e in walled.entries}
        self._addresses = {name: address for name, address in addresses.items() if address.startswith(here)}

    def redirect(self, kwargs: dict[str, Any], deployment_id: str) -> None:
        """Points an attempt at such a model to the broker and takes its key away; any other stays as it is."""
        address = self._addresses.get(deployment_id)
        if address is not None:
            for name in KEPT_BY_THE_BROKER:
                kwargs.pop(name, None)
            kwargs |= {"api_base": address, "api_key": DUMMY_KEY}


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
