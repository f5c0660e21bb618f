"""Which keys the broker holds, by name, told to a supervisor that runs elsewhere.

Knows: the variables of the providers, the file ``STATE/run/egress-held.json``. Does not know: what is done with it; no
value is ever written. Where the broker has a container of its own, its environment is nobody else's to read, and yet
the gateway must know which clouds can be offered.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from plugins.routing.egress_split import PROVIDERS

FILE = "egress-held.json"


def held_names(environ: Mapping[str, str]) -> list[str]:
    """Variables with a provider's key that are set, in order."""
    return sorted({name for provider in PROVIDERS.values() for name in provider.keys if environ.get(name)})


def tell(state: Path, environ: Mapping[str, str]) -> None:
    """Writes the names, whole or not at all. Raises OSError."""
    folder = state / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = folder / f".{FILE}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"names": held_names(environ)}, file)
    made.replace(folder / FILE)
