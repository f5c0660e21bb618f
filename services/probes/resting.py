"""Which models of a server are in memory: probing another would load it, and perhaps throw out one that is in use.

Knows: Ollama's /api/ps, and /state of the embedded llama.cpp and of the service ``audio``. Does not know: probes'
answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from services.probes.target import Target

NO_TIME_LEFT_S = 5
POCKETSPHINX = "pocketsphinx"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Models in memory; Ollama tells how many seconds each stays."""

    left_s: Mapping[str, float] = field(default_factory=dict)


def swaps(target: Target) -> bool:
    """Whether the target's server loads models when they are asked for."""
    return target.dialect == "ollama" or target.found in ("gguf", "whisper") or target.model == POCKETSPHINX


async def loaded(client: httpx.AsyncClient, target: Target) -> Loaded | None:
    """What the target's server has in memory; None where it does not tell. Raises httpx.HTTPError."""
    path = "/api/ps" if target.dialect == "ollama" else "/state"
    headers = {"Authorization": f"Bearer {target.key}"} if target.key else {}
    answer = await client.get(target.server + path, headers=headers)
    try:
        body = answer.json() if answer.status_code == 200 else None
    except ValueError:
        return None
    models = body.get("models") if isinstance(body, Mapping) else None
    if not isinstance(models, list):
        return None
    rows = [m for m in models if isinstance(m, Mapping)]
    if target.dialect == "ollama":
        return Loaded({str(m.get("name")): _left(m.get("expires_at")) for m in rows})
    return Loaded({str(m.get("name")): 300.0 for m in rows if m.get("state") == "loaded"})


def keep_alive(target: Target, now: Loaded) -> str | None:
    """How long the model may stay after the probe: as long as it would have stayed without."""
    left = now.left_s.get(target.model)
    return None if target.dialect != "ollama" or left is None else f"{max(NO_TIME_LEFT_S, int(left))}s"


def _left(expires_at: Any) -> float:
    try:
        until = datetime.fromisoformat(str(expires_at))
    except ValueError:
        return 300.0
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return (until - datetime.now(UTC)).total_seconds()
