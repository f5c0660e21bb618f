"""What ``signalbox up`` is told: flags, then the environment, then defaults.

Knows: names, defaults and bounds of the options. Does not know: click, the YAML.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from plugins.routing.config.load import Config, load_config, parse_config
from services.supervisor.state import State, state_at
from services.supervisor.worker_count import default_workers

CONFIG_ENV = "SIGNALBOX_CONFIG"
DEFAULT_CONFIG = "litellm_config.yaml"
NO_FILE = "gateway: {}\n"
"""What counts where nobody named a file and this folder has none: the shipped defaults."""


@dataclass(frozen=True, slots=True)
class Options:
    """``config``: the named file, else None. ``only``: names of parts; empty: all. ``tls``: certificate and key."""

    config: Path | None
    state: State
    host: str
    port: int
    workers: int
    only: frozenset[str]
    environ: Mapping[str, str]
    tls: tuple[Path, Path] | None = None


class OptionError(Exception):
    """An option has no meaning. The message says which, and what is valid."""


def read_options(
    environ: Mapping[str, str],
    *,
    config: str | None = None,
    state: str | None = None,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
    only: str | None = None,
    tls_cert: str | None = None,
    tls_key: str | None = None,
) -> Options:
    """Options from flags (None: not given) and ``SIGNALBOX_*``. Raises OptionError."""
    named = config or environ.get(CONFIG_ENV) or None
    words = (only or "").replace(" ", "").split(",")
    return Options(
        config=Path(named).expanduser() if named else None,
        state=state_at(state or environ.get("SIGNALBOX_STATE")),
        host=host or environ.get("SIGNALBOX_HOST") or "127.0.0.1",
        port=_number("SIGNALBOX_PORT", port, environ, 4000, 1, 65535),
        workers=_number("SIGNALBOX_WORKERS", workers, environ, default_workers(), 1, 64),
        only=frozenset(word for word in words if word),
        environ=environ,
        tls=_tls(tls_cert or environ.get("SIGNALBOX_TLS_CERT"), tls_key or environ.get("SIGNALBOX_TLS_KEY")),
    )


def read_config(named: Path | None) -> Config:
    """The named file, else ``litellm_config.yaml`` of this folder, else the shipped defaults. Raises ConfigError."""
    if named is not None:
        return load_config(named)
    default = Path(DEFAULT_CONFIG)
    return load_config(default) if default.exists() else parse_config(NO_FILE, DEFAULT_CONFIG)


def _tls(certificate: str | None, key: str | None) -> tuple[Path, Path] | None:
    """Both or neither, and they belong together. Raises OptionError."""
    if not certificate and not key:
        return None
    if not certificate or not key:
        missing = "--tls-key" if certificate else "--tls-cert"
        raise OptionError(f"TLS needs a certificate and its key: {missing} is missing")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        why = getattr(error, "reason", None) or error.strerror or error
        raise OptionError(f"{certificate} and {key} are no certificate (PEM, leaf first) and its key: {why}") from error
    return Path(certificate).expanduser().absolute(), Path(key).expanduser().absolute()


def _number(name: str, given: int | None, environ: Mapping[str, str], default: int, least: int, most: int) -> int:
    text = str(given) if given is not None else environ.get(name, "").strip() or str(default)
    try:
        value = int(text)
    except ValueError:
        raise OptionError(f'{name} is "{text}": it must be a whole number') from None
    if not least <= value <= most:
        raise OptionError(f"{name} is {value}: it must be between {least} and {most}")
    return value
