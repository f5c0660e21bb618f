"""Where the console finds the state directory, the gateway and the secrets.

Knows: the environment's names and the state directory's files. Does not know: HTTP, pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.common.settings import read_secret


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """What the console was started with. Secrets are left out of ``repr``.

    ``master_key`` and ``ui_password`` are empty where there is none; nobody can then log in that way.
    """

    state: Path
    gateway_url: str
    internal_key: str = field(repr=False)
    master_key: str = field(default="", repr=False)
    ui_password: str = field(default="", repr=False)

    @property
    def decisions_file(self) -> Path:
        return self.state / "decisions.sqlite"

    @property
    def parts_file(self) -> Path:
        return self.state / "run" / "parts.json"

    @property
    def health_file(self) -> Path:
        return self.state / "run" / "health.json"

    @property
    def config_file(self) -> Path:
        return self.state / "run" / "litellm.yaml"


def read_settings(state: Path, environ: Mapping[str, str]) -> ConsoleSettings:
    """Settings from the environment, then from the files under ``state``/secrets.

    Raises ``ValueError`` with what to do where the internal key is missing: sessions are signed with it.
    """
    secrets = state / "secrets"
    internal_key = environ.get("SIGNALBOX_INTERNAL_KEY") or read_secret(secrets / "internal.key")
    if not internal_key:
        raise ValueError(
            f"no internal key: {secrets / 'internal.key'} is missing or empty; `signalbox up` makes it, "
            "or set SIGNALBOX_INTERNAL_KEY"
        )
    return ConsoleSettings(
        state=state,
        gateway_url=environ.get("SIGNALBOX_GATEWAY_URL", "http://127.0.0.1:4000").rstrip("/"),
        internal_key=internal_key,
        master_key=environ.get("SIGNALBOX_MASTER_KEY")
        or environ.get("LITELLM_MASTER_KEY")
        or read_secret(secrets / "master.key")
        or "",
        ui_password=read_secret(secrets / "ui_password") or "",
    )
