"""Where each deployment's requests really go, and with which credential.

Knows: the file that ``up`` writes (``STATE/run/egress.json``), how each provider wants its key. Does not know: HTTP.
Only what stands in the file can be reached. A broken file keeps what was read before; a missing one reaches nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from plugins.routing.types import DataClass

STYLES: Mapping[str, tuple[str, str]] = {
    "bearer": ("authorization", "Bearer "),
    "x-api-key": ("x-api-key", ""),
    "api-key": ("api-key", ""),
    "x-goog-api-key": ("x-goog-api-key", ""),
}
"""Header and prefix: OpenAI-compatible, Anthropic, Azure, Gemini."""

FROM_ENVIRONMENT = "os.environ/"
_log = logging.getLogger("signalbox.egress")


@dataclass(frozen=True, slots=True)
class Target:
    """``origin``: scheme, host and port. ``prefix``: the path that every request's path begins with, "" or "/v1".
    ``highest``: the class that its zone may get at most. ``headers``: the credential and fixed headers of the
    deployment, with their values."""

    deployment: str
    origin: str
    prefix: str
    zone: str
    highest: DataClass
    headers: Mapping[str, str] = field(repr=False)

    @property
    def host(self) -> str:
        """Host and port, for the record."""
        return urlsplit(self.origin).netloc


class TargetFile:
    """Follows the file: ``get`` looks whether it changed."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self._path = path
        self._environ = environ
        self._seen: tuple[int, int, int] | None = None
        self._targets: dict[str, Target] = {}
        self.loaded = False

    def get(self, deployment: str) -> Target | None:
        """The target of a deployment id; None where there is none."""
        self.look()
        return self._targets.get(deployment)

    def look(self) -> None:
        """Reads the file where it is another one than before."""
        try:
            found = self._path.stat()
        except OSError:
            self._seen, self._targets, self.loaded = None, {}, False
            return
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            self._targets = read_targets(json.loads(self._path.read_text("utf-8")), self._environ)
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.error("the list of targets is not taken (%s); the one before holds", type(error).__name__)
            return
        self.loaded = True
        _log.info("%d targets", len(self._targets))


def read_targets(said: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Target]:
    """Targets by deployment id. Raises ValueError, KeyError or TypeError for a wrong file. A credential that the
    environment does not hold leaves its header out: the provider refuses, nobody else's key is used."""
    made = {}
    for deployment, one in said["targets"].items():
        parts = urlsplit(str(one["base"]))
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
            raise ValueError("a base URL that cannot be used")
        headers = {str(name).lower(): _resolved(value, environ) for name, value in one.get("headers", {}).items()}
        name, prefix = STYLES[one["style"]]
        secret = _resolved(one.get("key", ""), environ)
        headers[name] = prefix + secret if secret else ""
        made[deployment] = Target(
            deployment,
            f"{parts.scheme}://{parts.netloc}",
            parts.path.rstrip("/"),
            str(one["zone"]),
            DataClass[str(one["highest"]).upper()],
            {k: v for k, v in headers.items() if v},
        )
    return made


def _resolved(value: object, environ: Mapping[str, str]) -> str:
    text = str(value)
    return environ.get(text.removeprefix(FROM_ENVIRONMENT), "") if text.startswith(FROM_ENVIRONMENT) else text
