"""Keeps the broker's list of targets in step with the rendered file.

Knows: ``run/egress.json`` (0600), the order: the broker knows a target before the gateway can use it. Does not know:
how entries are split (``egress``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from plugins.routing.config.load import Config
from plugins.routing.egress_split import behind_the_wall, credential_names, known_hosts
from services.supervisor.state import State, write_atomic


class EgressFile:
    """``broker``: its base URL, None where it does not run. A policy edited to ``egress: off`` takes effect at the next
    start: the gateway that runs has no credentials."""

    def __init__(
        self, state: State, broker: str | None, environ: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self._path = state.run / "egress.json"
        self._broker = broker
        self._environ = environ
        self._say = say
        self._said: frozenset[str] = frozenset()

    def apply(self, rendered: dict[str, Any], config: Config) -> dict[str, Any]:
        """The rendered file with everything that leaves pointed at the broker; writes the targets. Raises OSError."""
        if self._broker is None and config.spec.boundary.egress.mode == "off":
            self._path.unlink(missing_ok=True)
            return rendered
        entries = rendered.get("model_list") or []
        walled = behind_the_wall(entries, config.spec, self._broker, self._environ)
        for warning in walled.warnings:
            if warning not in self._said:
                self._say(warning)
        self._said = frozenset(walled.warnings)
        boundary = config.spec.boundary
        rules = {
            "hosts": sorted(known_hosts() | set(boundary.egress.hosts)),
            "zones": {name: highest.label for name, highest in boundary.zones.items()},
        }
        text = json.dumps({"targets": walled.targets, **rules}, indent=1)
        if not self._path.exists() or self._path.read_text("utf-8") != text:
            write_atomic(self._path, text, 0o600)
        made = {**rendered, "model_list": walled.entries}
        given = made.get("environment_variables")
        if isinstance(given, Mapping):  # LiteLLM would put these into the gateway's environment
            held = credential_names(entries, config.spec)
            made["environment_variables"] = {k: v for k, v in given.items() if k not in held}
        return made
