"""How deployments are operated: ``gateway.health``, and checks of what ``model_info`` says about it.

Knows: the section's keys and bounds, those of ``probe``. Does not know: the rest of an entry, what a check sends.
"""

from __future__ import annotations

import re

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
