"""How busy the servers of deployments say they are: vLLM, llama.cpp, Ollama, and the embedded llama.cpp.

Knows: their metrics' names, which routes tell what is in memory. Does not know: what is made of it. One reader a
machine, which leaves it in ``run/load.json``.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from services.probes.resting import swaps
from services.probes.target import Target

PERIOD_S = 2.0
ASK_S = 1.5
AGAIN_S = 60.0
"""Seconds until a server that has no such route is asked again."""

_SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(\{[^}]*\})?\s+([-+\w.]+)", re.MULTILINE)
_NAMES = {
    "vllm:num_requests_running": "running",
    "vllm:num_requests_waiting": "waiting",
    "vllm:kv_cache_usage_perc": "kv",
    "vllm:gpu_cache_usage_perc": "kv",
    "llamacpp:requests_processing": "running",
    "llamacpp:requests_deferred": "waiting",
    "llamacpp:kv_cache_usage_ratio": "kv",
}


@dataclass(frozen=True, slots=True)
class Told:
    """Requests at work and waiting there, share of the KV cache in use (0..1); None where it does not say.
    ``loaded``: whether the weights are in memory."""

    running: int | None = None
    waiting: int | None = None
    kv: float | None = None
    loaded: bool | None = None


def from_metrics(text: str, model: str) -> Told | None:
    """Prometheus text of vLLM or llama.cpp; None where it is neither's. One server's samples of other models are left
    out."""
    found: dict[str, float] = {}
    for name, labels, value in _SAMPLE.findall(text):
        key = _NAMES.get(name)
        if key is None or ('model_name="' in labels and f'model_name="{model}"' not in labels):
            continue
        try:
            found[key] = found.get(key, 0.0) + float(value)
        except ValueError:
            continue
    if not found:
        return None
    running, waiting = (int(found[k]) if k in found else None for k in ("running", "waiting"))
    return Told(running, waiting, found.get("kv"), True)


class LoadReader:
    """``read``: the deployments of this moment. ``save``: writes the file at once."""

    def __init__(
        self,
        read: Callable[[], Sequence[Target]],
        path: Path,
        save: Callable[[Path, str], None],
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._path = path
        self._save = save
        self._transport = transport
        self._clock = clock
        self._silent: dict[str, float] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(PERIOD_S)

    async def look(self) -> dict[str, Told]:
        """Asks each server once; what it told, by deployment id."""
        asked = [t for t in self._read() if self._clock() >= self._silent.get(t.server, 0.0)]
        async with httpx.AsyncClient(timeout=ASK_S, trust_env=False, transport=self._transport) as client:
            answers = await asyncio.gather(*(self._ask(client, target) for target in asked))
        told = {t.id: answer for t, answer in zip(asked, answers, strict=True) if answer is not None}
        self._save(self._path, json.dumps({"at": time.time(), "loads": {i: asdict(one) for i, one in told.items()}}))
        return told

    async def _ask(self, client: httpx.AsyncClient, target: Target) -> Told | None:
        path = "/api/ps" if target.dialect == "ollama" else "/state" if swaps(target) else "/metrics"
        headers = {"Authorization": f"Bearer {target.key}"} if target.key else {}
        try:
            answer = await client.get(target.server + path, headers=headers)
        except httpx.HTTPError:
            return None
        if answer.status_code != 200:
            self._silent[target.server] = self._clock() + AGAIN_S
            return None
        if path == "/metrics":
            return from_metrics(answer.text, target.model)
        try:
            return _from_list(answer.json(), target)
        except ValueError:
            return None


def _from_list(body: Any, target: Target) -> Told | None:
    models = body.get("models") if isinstance(body, Mapping) else None
    if not isinstance(models, list):
        return None
    names = (target.model, f"{target.model}:latest")
    mine = next((m for m in models if isinstance(m, Mapping) and m.get("name") in names), None)
    if target.dialect == "ollama":
        return Told(loaded=mine is not None)
    if mine is None:
        return None
    return Told(_count(mine.get("in_flight")), _count(mine.get("waiting")), None, mine.get("state") == "loaded")


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) else None
