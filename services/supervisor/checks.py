"""The health checks and load readings of this machine, beside the watching.

Knows: which deployments are asked, with which credentials, where results go. Does not know: what is asked and what a
right answer is (``services.probes``). Deployments outside this machine are asked through the gateway itself, so that
nothing goes round the boundary, and only where the configuration wants it.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from plugins.routing.config.operation import Health
from services.common.own_tls import trusted
from services.probes.loads import LoadReader
from services.probes.prober import Extra, Prober
from services.probes.search import SearchProbe
from services.probes.target import LOCAL, Target, targets
from services.supervisor.offline import last_rendered
from services.supervisor.policy_file import PolicyFile
from services.supervisor.settled import stamp
from services.supervisor.state import State, write_atomic

_THROUGH_GATEWAY = ("chat", "completion", "embedding", "rerank")


class Checks:
    """``environ``: holds the credentials that entries name. ``gateway``: its base URL and master key."""

    def __init__(self, policy: PolicyFile, state: State, environ: Mapping[str, str], gateway: tuple[str, str]) -> None:
        self._policy = policy
        self._state = state
        self._environ = environ
        self._url, self._key = gateway
        self._seen: object = None
        self._entries: list[Any] = []

    def running(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """What is to run until the end."""
        return (
            Prober(self.wanted, self._state.health, quietly(write_atomic), self.beside, verify=self._verify).run(),
            LoadReader(self.local, self._state.load, quietly(write_atomic)).run(),
        )

    def wanted(self) -> tuple[list[Target], Health]:
        """What is probed, and how."""
        wish = self._policy.config.spec.health
        found = self._targets()
        outside = [self._through_gateway(t) for t in found if t.location != LOCAL and t.mode in _THROUGH_GATEWAY]
        return [*self.local(), *(outside if wish.outside else ())], wish

    def _verify(self) -> ssl.SSLContext | bool:
        return trusted(self._state.root)

    def beside(self) -> dict[str, Extra]:
        """What is checked beside deployments."""
        file = self._state.root / "search-probe.json"
        return {"search": SearchProbe(self._url, self._key, file, quietly(write_atomic))}

    def local(self) -> list[Target]:
        """Those on this machine or beside it."""
        return [t for t in self._targets() if t.location == LOCAL]

    def _targets(self) -> list[Target]:
        now = stamp(self._state.rendered)
        if now != self._seen:
            self._seen, self._entries = now, list(last_rendered(self._state).get("model_list") or ())
        return targets(self._entries, self._environ)

    def _through_gateway(self, target: Target) -> Target:
        return replace(target, dialect="openai", model=target.group, url=f"{self._url}/v1", key=self._key)


def quietly(write: Callable[[Path, str], None]) -> Callable[[Path, str], None]:
    """A full disk must not end the checks; the workers stop believing an old file."""

    def save(path: Path, text: str) -> None:
        with suppress(OSError):
            write(path, text)

    return save
