"""What the supervisor's health checks found, from the file that they are written to.

Knows: ``run/health.json``. Does not know: how anything is checked. A file that is too old says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

OLD_S = 60.0
_WORDS = {"right": "works", "wrong": "failing", "silent": "failing"}


@dataclass(frozen=True, slots=True)
class Health:
    """``state``: ``works``, ``failing`` or ``unchecked``. ``detail``: what was wrong. ``took_ms``: of the check."""

    state: str
    detail: str
    took_ms: float | None


def read_health(path: Path, now: float) -> dict[str, Health]:
    """By deployment id; empty where nobody checks. ``now``: seconds since 1970."""
    try:
        told = json.loads(path.read_bytes())
        at, every, rows = float(told["at"]), float(told.get("every_s") or 0), told["results"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if now - at > max(OLD_S, 4 * every) or not isinstance(rows, Mapping):
        return {}
    return {str(name): _health(row) for name, row in rows.items() if isinstance(row, Mapping)}


def _health(row: Mapping[str, object]) -> Health:
    took = row.get("took_ms")
    state = _WORDS.get(str(row.get("state")), "unchecked")
    return Health(state, str(row.get("detail") or ""), float(took) if isinstance(took, int | float) else None)
