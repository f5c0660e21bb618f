"""The state directory: where everything of one Signalbox lives.

Knows: the layout and the modes of folders and files. Does not know: what is in them.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATE_ENV = "SIGNALBOX_STATE"
DEFAULT_NAME = ".signalbox"


@dataclass(frozen=True, slots=True)
class State:
    """Paths under ``root``, an absolute folder. Making the value touches nothing; ``prepare`` makes the folders."""

    root: Path

    @property
    def secrets(self) -> Path:
        """Keys and passwords, 0700."""
        return self.root / "secrets"

    @property
    def run(self) -> Path:
        """What one run writes and the next may read."""
        return self.root / "run"

    @property
    def log(self) -> Path:
        """One ``<part>.log`` a part."""
        return self.root / "log"

    @property
    def rendered(self) -> Path:
        """The file that LiteLLM is started on."""
        return self.run / "litellm.yaml"

    @property
    def parts(self) -> Path:
        """Which parts run, and where each says that it is ready."""
        return self.run / "parts.json"

    @property
    def ports(self) -> Path:
        """The internal ports, chosen once."""
        return self.run / "ports.json"

    @property
    def lock(self) -> Path:
        """Held by the one ``up`` that owns this directory."""
        return self.run / "up.pid"

    @property
    def config_error(self) -> Path:
        """Why the last edit of the user's file was not taken; absent where it was."""
        return self.run / "config_error.json"

    @property
    def config_waiting(self) -> Path:
        """An edit that waits for ``signalbox config apply``, and why; absent where none does."""
        return self.run / "config_waiting.json"

    @property
    def config_orders(self) -> Path:
        """What ``signalbox config apply`` and ``rollback`` said last: of which text, and who."""
        return self.run / "config_orders.json"

    @property
    def history(self) -> Path:
        """Every version of the configuration that was applied."""
        return self.root / "config"

    @property
    def workers(self) -> Path:
        """One file a gateway worker: which version it has taken."""
        return self.run / "workers"

    @property
    def health(self) -> Path:
        """What the health checks found."""
        return self.run / "health.json"

    @property
    def load(self) -> Path:
        """How busy the servers say they are."""
        return self.run / "load.json"

    def prepare(self) -> None:
        """Makes the folders. Raises OSError where they cannot be made or written."""
        self.root.mkdir(parents=True, exist_ok=True)
        for folder in (self.secrets, self.run, self.log):
            folder.mkdir(exist_ok=True)
        self.secrets.chmod(0o700)
        self.run.chmod(0o700)


def state_at(path: str | Path | None) -> State:
    """The state directory that a person or ``SIGNALBOX_STATE`` named, else ``.signalbox`` in this folder."""
    named = str(path or os.environ.get(STATE_ENV) or DEFAULT_NAME)
    return State(Path(named).expanduser().absolute())


def write_atomic(path: Path, text: str, mode: int = 0o600) -> None:
    """Replaces ``path`` at once: a reader sees the old text or the new, never a part. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchmod(file.fileno(), mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_json(path: Path) -> Any:
    """What the file holds, or None where it is absent or not JSON."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
