"""How deployments are operated: ``gateway.health``, ``gateway.queue``, and what ``model_info`` says about it.

Knows: the sections' keys and bounds; ``probe``, ``max_concurrency`` and ``reserved`` of an entry. Does not know: the
rest of an entry, what a check sends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from plugins.routing.config.problems import Findings, Path, shown, unknown
from plugins.routing.config.section import Section

PROBE_KEYS: tuple[str, ...] = ("ask", "expect")


class Health(Section):
    """``probes``: whether deployments are asked something tiny again and again, every ``interval_s``, with
    ``timeout_s`` for the answer; those outside location ``local`` only where ``outside``. ``cooldown_s``: how long a
    deployment that failed comes last."""

    probes: bool = True
    interval_s: float = Field(default=20.0, ge=0.2, le=3600)
    timeout_s: float = Field(default=15.0, gt=0, le=600)
    outside: bool = False
    cooldown_s: float = Field(default=10.0, ge=0, le=3600)


class Queue(Section):
    """Where a deployment with ``max_concurrency`` is full: ``max_waiting`` requests of each worker wait for it, each at
    most ``wait_s`` seconds."""

    max_waiting: int = Field(default=64, ge=0, le=10_000)
    wait_s: float = Field(default=30.0, ge=0, le=600)


def check_probe(probe: object, path: Path, findings: Findings) -> None:
    """``probe: false``, or ``{ask: TEXT, expect: REGULAR EXPRESSION}``."""
    if probe is None or isinstance(probe, bool):
        return
    if not isinstance(probe, dict):
        findings.error(path, f"must be true, false, or a mapping such as {{ask: ..., expect: ...}}, not {shown(probe)}")
        return
    for key, value in probe.items():
        if key not in PROBE_KEYS:
            findings.error((*path, str(key)), unknown("key", key, PROBE_KEYS))
        elif not isinstance(value, str) or not value.strip():
            findings.error((*path, key), f"must be text, not {shown(value)}")
        elif key == "expect":
            try:
                re.compile(value)
            except re.error as error:
                findings.error((*path, key), f"is no regular expression: {error}")


def check_limits(info: Mapping[str, Any], path: Path, findings: Findings) -> None:
    """``max_concurrency: 8`` and, of those, ``reserved: {TEAM: 2}``."""
    most, reserved = info.get("max_concurrency"), info.get("reserved")
    if most is not None and not _positive(most):
        findings.error((*path, "max_concurrency"), f"must be a positive whole number, not {shown(most)}")
    if reserved is None:
        return
    if not isinstance(reserved, dict) or not all(_positive(n) for n in reserved.values()):
        findings.error((*path, "reserved"), "must be a mapping of team ids to positive whole numbers")
    elif not isinstance(most, int):
        findings.error((*path, "reserved"), "needs max_concurrency: it is a part of that")
    elif sum(reserved.values()) > most:
        findings.error((*path, "reserved"), f"holds {sum(reserved.values())} of max_concurrency {most}")


def _positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
