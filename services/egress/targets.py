"""Where each deployment's requests really go, and with which credential.

Knows: the file that ``up`` writes (``STATE/run/egress.json``), the one that the gateway writes for models of the admin
UI, how each provider wants its key. Does not know: HTTP. Only what stands there can be reached. A broken file keeps
what was read before; a missing one reaches nothing.
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
Stamp = tuple[int, int, int]
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
    """Follows the file: ``get`` looks whether it changed. ``added``: a second file, of what the gateway added; an entry
    of it counts only where ``hosts`` of the first names its host and ``zones`` its zone, and nothing in it can name a
    variable of this process or replace a target of the first."""

    def __init__(self, path: Path, environ: Mapping[str, str], added: Path | None = None) -> None:
        self._path = path
        self._added_path = added
        self._environ = environ
        self._seen: tuple[Stamp | None, Stamp | None] = (None, None)
        self._targets: dict[str, Target] = {}
        self.loaded = False

    def get(self, deployment: str) -> Target | None:
        """The target of a deployment id; None where there is none."""
        self.look()
        return self._targets.get(deployment)

    def look(self) -> None:
        """Reads the files where they are others than before."""
        seen = (_stamp(self._path), _stamp(self._added_path) if self._added_path is not None else None)
        if seen[0] is None:
            self._seen, self._targets, self.loaded = (None, None), {}, False
            return
        if seen == self._seen:
            return
        self._seen = seen
        try:
            said = json.loads(self._path.read_text("utf-8"))
            targets = read_targets(said, self._environ)
            if self._added_path is not None and seen[1] is not None:
                targets = {**read_added(json.loads(self._added_path.read_text("utf-8")), said), **targets}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.error("the list of targets is not taken (%s); the one before holds", type(error).__name__)
            return
        self._targets = targets
        self.loaded = True
        _log.info("%d targets", len(self._targets))


def read_added(added: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, Target]:
    """What the gateway added, as far as the operator's rules let it. Raises as ``read_targets``."""
    hosts, zones = set(rules.get("hosts", ())), rules.get("zones", {})
    made: dict[str, Target] = {}
    for deployment, one in added["targets"].items():
        if urlsplit(str(one["base"])).hostname not in hosts:
            _log.warning("an added target is not taken: gateway.boundary.egress.hosts does not name its host")
            continue
        highest = str(zones.get(one["zone"], DataClass.PUBLIC.label))
        if DataClass[highest.upper()] >= DataClass.RESTRICTED:
            continue
        own = {**one, "highest": highest}
        made |= read_targets({"targets": {deployment: own}}, {})
    return made


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


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _resolved(value: object, environ: Mapping[str, str]) -> str:
    text = str(value)
    return environ.get(text.removeprefix(FROM_ENVIRONMENT), "") if text.startswith(FROM_ENVIRONMENT) else text
