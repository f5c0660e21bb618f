"""The secrets of one state directory, made once.

Knows: which there are, how each is made, that files are 0600. Does not know: who uses them. A value is never put in a
message or a log; ``repr`` hides it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.supervisor.state import State

MASTER_ENV = "SIGNALBOX_MASTER_KEY"
INTERNAL_ENV = "SIGNALBOX_INTERNAL_KEY"

_SECRET_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL")


@dataclass(frozen=True, slots=True)
class Keyring:
    """``master_source``, ``password_source``: where a person finds them. ``new``: this start made the files."""

    master: str = field(repr=False)
    internal: str = field(repr=False)
    ui_password: str = field(repr=False)
    salt: str = field(repr=False)
    egress: str = field(repr=False)
    master_source: str
    password_source: str
    new: bool

    def values(self) -> tuple[str, ...]:
        """Every secret, for redaction."""
        return (self.master, self.internal, self.ui_password, self.salt, self.egress)


class NoMasterKeyError(Exception):
    """The configuration names a master key that cannot be had. The message says what to do."""


def open_keyring(state: State, environ: Mapping[str, str], raw: Mapping[str, Any]) -> Keyring:
    """Reads the secrets, and makes those that are missing.

    The master key is, in this order: ``SIGNALBOX_MASTER_KEY``, the YAML's ``general_settings.master_key`` (also as
    ``os.environ/NAME``), ``secrets/master.key``. One from elsewhere is not written down. Raises
    NoMasterKeyError, OSError.
    """
    new = not (state.secrets / "master.key").exists()
    made = _made_once(state.secrets / "master.key", lambda: "sk-" + secrets.token_urlsafe(32))
    given, source = _given_master_key(environ, raw)
    return Keyring(
        master=given or made,
        internal=_made_once(state.secrets / "internal.key", lambda: secrets.token_urlsafe(32)),
        ui_password=environ.get("UI_PASSWORD")
        or _made_once(state.secrets / "ui_password", lambda: secrets.token_urlsafe(15)),
        salt=environ.get("LITELLM_SALT_KEY")
        or _made_once(state.secrets / "salt.key", lambda: "sk-" + secrets.token_urlsafe(32)),
        egress=_made_once(state.secrets / "egress.key", lambda: secrets.token_urlsafe(32)),
        master_source=source or str(state.secrets / "master.key"),
        password_source="$UI_PASSWORD" if environ.get("UI_PASSWORD") else str(state.secrets / "ui_password"),
        new=new,
    )


def is_secret_name(name: str) -> bool:
    """Whether an environment variable of this name holds a credential, as far as a name tells."""
    return any(word in name.upper() for word in _SECRET_NAMES)


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a part that needs no credential of anybody."""
    return {name: value for name, value in environ.items() if not is_secret_name(name)}


def _given_master_key(environ: Mapping[str, str], raw: Mapping[str, Any]) -> tuple[str | None, str | None]:
    if environ.get(MASTER_ENV):
        return environ[MASTER_ENV], f"${MASTER_ENV}"
    settings = raw.get("general_settings")
    value = settings.get("master_key") if isinstance(settings, Mapping) else None
    if not isinstance(value, str) or not value:
        return None, None
    if not value.startswith("os.environ/"):
        return value, "general_settings.master_key"
    name = value.removeprefix("os.environ/")
    if environ.get(name):
        return environ[name], f"${name}"
    if name == "LITELLM_MASTER_KEY":  # what the shipped file says: `up` sets it
        return None, None
    raise NoMasterKeyError(
        f"general_settings.master_key is read from ${name}, which is not set: set it, or remove the key from the "
        "YAML and one is made at the first start"
    )


def _made_once(path: Path, make: Any) -> str:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        path.chmod(0o600)
        text = path.read_text("utf-8").strip()
        if text:
            return text
        handle = os.open(path, os.O_WRONLY | os.O_TRUNC)
    value: str = make()
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(value + "\n")
    return value
