"""How long the queues of model servers are, for Prometheus, as the servers themselves say it.

Knows: the file that the supervisor's load reader writes. Does not know: how servers are asked (``services/probes``),
this gateway's own queue (``metrics``). Whatever else sends requests to such a server counts in its figures too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from plugins.litellm_adapter.loads import OLD_S
from plugins.litellm_adapter.metrics import MAX_DEPLOYMENTS

FIGURES = (
    ("server_running", "running", "Requests at work in its server, whoever sent them"),
    ("server_waiting", "waiting", "Requests that wait in its server, whoever sent them"),
)


def load_figures(state: Path, clock: Callable[[], float] = time.time) -> bytes:
    """Prometheus's text format; empty where nothing is known or it is too old."""
    try:
        read = json.loads((state / "run" / "load.json").read_text("utf-8"))
        at, loads = float(read["at"]), dict(read["loads"])
    except (OSError, ValueError, KeyError, TypeError):
        return b""
    if not 0 <= clock() - at < OLD_S:
        return b""
    registry = CollectorRegistry()
    registry.register(_Told({str(name): one for name, one in loads.items() if isinstance(one, Mapping)}))
    return generate_latest(registry)


class _Told(Collector):
    """Families made by hand: a gauge of the library's would go into the files that workers share."""

    def __init__(self, loads: Mapping[str, Mapping[str, Any]]) -> None:
        self._loads = loads

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, key, text in FIGURES:
            family = GaugeMetricFamily(f"signalbox_{name}", text, labels=["deployment"])
            counts = [(i, one.get(key)) for i, one in sorted(self._loads.items())]
            for deployment, count in [(i, n) for i, n in counts if isinstance(n, int)][:MAX_DEPLOYMENTS]:
                family.add_metric([deployment], count)
            yield family
