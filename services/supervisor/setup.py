"""What the command of every part is made from, and the environments that parts are given.

Knows: the run's options, keys and ports, which variables are whose credentials. Does not know: which parts there are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from plugins.routing.config import third_parties
from plugins.routing.config.load import Config
from plugins.routing.egress_split import credential_names, without_credentials
from services.common.telemetry import OFF
from services.supervisor.exporters import without_exporters
from services.supervisor.keyring import INTERNAL_ENV, Keyring, without_secrets
from services.supervisor.options import CONFIG_ENV
from services.supervisor.ports import LOOPBACK
from services.supervisor.state import STATE_ENV, State

EGRESS = "egress"
EGRESS_URL_ENV = "SIGNALBOX_EGRESS_URL"
OTLP_ENV = "OTEL_EXPORTER_OTLP_ENDPOINT"
_FORWARD_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})


@dataclass(frozen=True, slots=True)
class Setup:
    """What every command is made from. ``ports``: the internal port of each part. ``running``: names of the parts that
    are started."""

    config: Config
    state: State
    keyring: Keyring
    host: str
    port: int
    workers: int
    ports: Mapping[str, int]
    running: frozenset[str]
    environ: Mapping[str, str] = field(repr=False)
    tls: tuple[Path, Path] | None = None

    def url(self, name: str) -> str:
        """The base URL of one part of ours."""
        return f"http://{LOOPBACK}:{self.ports[name]}"

    @property
    def broker(self) -> str | None:
        """The egress broker's base URL: ours, or that of one which somebody else runs; None: there is none."""
        return self.url(EGRESS) if EGRESS in self.running else self.environ.get(EGRESS_URL_ENV) or None

    @property
    def gateway_url(self) -> str:
        """Where this machine reaches the gateway, also where it listens on every address."""
        plain = base_url(self.host, self.port)
        return plain.replace("http:", "https:", 1) if self.tls else plain


def base_url(host: str, port: int) -> str:
    """``http://host:port`` as a client on this machine writes it."""
    reached = {"0.0.0.0": LOOPBACK, "::": "[::1]", "": LOOPBACK}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{reached}]:{port}" if ":" in reached and "[" not in reached else f"http://{reached}:{port}"


def python(module: str, *arguments: str | int | Path) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *(str(a) for a in arguments))


def shared(setup: Setup, environ: Mapping[str, str]) -> dict[str, str]:
    collector = setup.config.spec.metrics.otlp_endpoint
    told = [name for name, _ in third_parties.named(setup.config.raw)]
    return {
        **without_exporters(environ, told),
        **OFF,
        **({OTLP_ENV: collector} if collector is not None else {}),
        "PYTHONUNBUFFERED": "1",
        STATE_ENV: str(setup.state.root),
        CONFIG_ENV: str(setup.config.path.absolute()),  # relative paths in `gateway:` mean its folder
        INTERNAL_ENV: setup.keyring.internal,
        "SIGNALBOX_PARENT_PID": str(os.getpid()),
        "SIGNALBOX_GATEWAY_URL": setup.gateway_url,
    }


def bare(setup: Setup) -> dict[str, str]:
    """The environment of a part that needs nobody's credentials."""
    return without_secrets(without_clouds(setup) if setup.broker is None else without_way_out(setup))


def without_clouds(setup: Setup) -> dict[str, str]:
    """The environment without the credentials of what lies outside."""
    entries = [e for e in setup.config.raw.get("model_list") or () if isinstance(e, Mapping)]
    return without_credentials(setup.environ, credential_names(entries, setup.config.spec))


def without_way_out(setup: Setup) -> dict[str, str]:
    """The same, and without forward proxies: on a network without a route out one is the only way, and its name and
    password are the broker's alone."""
    return {k: v for k, v in without_clouds(setup).items() if k.lower() not in _FORWARD_PROXIES}
