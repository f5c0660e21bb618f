"""What every service can be told, by flag or by environment.

Knows: the flags and variables that all services share. Does not know: a service's own options (it adds them to the
parser), the YAML. A flag wins over the environment, and that over the default.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.common.logging import Style

DEFAULT_STATE = ".signalbox"


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """``port`` 0 lets the system choose. ``state`` is the state directory. ``internal_key`` is None where there is
    none to be found; it is left out of ``repr``."""

    name: str
    host: str = "127.0.0.1"
    port: int = 0
    state: Path = Path(DEFAULT_STATE)
    internal_key: str | None = field(default=None, repr=False)
    log_style: Style = "plain"


def service_parser(name: str, description: str) -> argparse.ArgumentParser:
    """A parser with the flags that all services share: --host, --port, --state, --log-format."""
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}", description=description)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--state", type=Path, help=f"state directory (SIGNALBOX_STATE, {DEFAULT_STATE})")
    parser.add_argument("--log-format", choices=("plain", "json"), help="(SIGNALBOX_LOG_FORMAT, plain)")
    return parser


def service_settings(name: str, args: argparse.Namespace, environ: Mapping[str, str]) -> ServiceSettings:
    """Settings from parsed flags, then the environment.

    The internal key is SIGNALBOX_INTERNAL_KEY, else the file ``secrets/internal.key`` in the state directory. Raises
    ``ValueError`` where SIGNALBOX_LOG_FORMAT is neither plain nor json.
    """
    state = args.state or Path(environ.get("SIGNALBOX_STATE") or DEFAULT_STATE)
    style: str = args.log_format or environ.get("SIGNALBOX_LOG_FORMAT") or "plain"
    if style not in ("plain", "json"):
        raise ValueError(f'SIGNALBOX_LOG_FORMAT is "{style}" (valid: plain, json)')
    return ServiceSettings(
        name=name,
        host=args.host,
        port=args.port,
        state=state,
        internal_key=environ.get("SIGNALBOX_INTERNAL_KEY") or read_secret(state / "secrets" / "internal.key"),
        log_style="json" if style == "json" else "plain",
    )


def read_secret(path: Path) -> str | None:
    """The stripped content of a secret's file, or None where it is missing, unreadable or empty."""
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port (0..65535)")
    return port
