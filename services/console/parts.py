"""The parts of the running system, as the supervisor wrote them to ``run/parts.json``.

Knows: that file's shape. Does not know: how parts are started or asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATES = ("ready", "starting", "restarting", "failed")


@dataclass(frozen=True, slots=True)
class Part:
    """``state``: one of ``STATES``, or ``unknown`` for a word that is none of them."""

    name: str
    state: str
    restarts: int
    pid: int | None


def read_parts(path: Path) -> tuple[Part, ...]:
    """Every part in the file's order; empty where there is no file yet or it cannot be read."""
    try:
        entries = json.loads(path.read_bytes())["parts"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(_part(entry) for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()


def _part(entry: dict[str, Any]) -> Part:
    state, restarts, pid = entry.get("state"), entry.get("restarts"), entry.get("pid")
    return Part(
        name=str(entry.get("name", "?")),
        state=str(state) if state in STATES else "unknown",
        restarts=restarts if isinstance(restarts, int) else 0,
        pid=pid if isinstance(pid, int) else None,
    )
