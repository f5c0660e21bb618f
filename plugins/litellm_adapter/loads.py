"""How busy servers say they are, in this worker's routing.

Knows: the file that the supervisor's load reader writes, how its figures make one load. Does not know: how servers are
asked. What others send there counts too, which this worker could not see by itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from plugins.litellm_adapter.gateway import Gateway
from plugins.routing.config.limits import limits_from
from plugins.routing.live import CAPACITY

OLD_S = 10.0
KV_FULL = 0.95
"""Share of a KV cache in use from which a new request would push another out."""


class Loads:
    """``look`` is called several times a second. ``state``: the state directory."""

    def __init__(
        self, gateway: Callable[[], Gateway], state: Path | None, clock: Callable[[], float] = time.time
    ) -> None:
        self._gateway = gateway
        self._path = state / "run" / "load.json" if state is not None else None
        self._clock = clock
        self._seen: tuple[int, int] | None = None
        self._at = 0.0
        self._told: dict[str, Mapping[str, Any]] = {}
        self._known: set[str] = set()

    def look(self) -> None:
        """Takes over what changed; figures that are too old count no more."""
        if not self._read() and self._clock() - self._at < OLD_S:
            return
        gateway = self._gateway()
        told = self._told if self._clock() - self._at < OLD_S else {}
        limits = limits_from(gateway.config.raw.get("model_list") or ()) if told else {}
        for name, one in told.items():
            most = limits[name].most if name in limits else CAPACITY
            loaded = one.get("loaded")
            gateway.live.set_busy(name, busy(one, most), loaded if isinstance(loaded, bool) else None)
        for name in self._known - set(told):
            gateway.live.set_busy(name, 0.0, True)
        self._known = set(told)

    def _read(self) -> bool:
        if self._path is None:
            return False
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp == self._seen:
                return False
            read = json.loads(self._path.read_text("utf-8"))
            self._at, loads = float(read["at"]), read["loads"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        self._seen = stamp
        self._told = {str(n): one for n, one in loads.items() if isinstance(one, Mapping)}
        return True


def busy(told: Mapping[str, Any], most: int) -> float:
    """Requests at work and waiting there, of ``most``; full where its KV cache is."""
    counts = [told.get(key) for key in ("running", "waiting")]
    load = sum(n for n in counts if isinstance(n, int)) / max(1, most)
    kv = told.get("kv")
    return max(load, 1.0) if isinstance(kv, int | float) and kv >= KV_FULL else load
