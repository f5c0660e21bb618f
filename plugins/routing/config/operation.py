"""Checks of what ``model_info`` says about operating a deployment: its health check.

Knows: the keys of ``probe``. Does not know: the rest of the entry, what the check sends.
"""

from __future__ import annotations

import re

from plugins.routing.config.problems import Findings, Path, shown, unknown

PROBE_KEYS: tuple[str, ...] = ("ask", "expect")


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
