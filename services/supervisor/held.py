"""The environment of a supervisor whose egress broker is somebody else's process: as if it held the broker's keys.

Knows: ``run/egress-held.json``, which the broker writes. Does not know: a single key; a name stands for
``held-by-egress``, so that what is found by a key being set is found, and nothing can be sent with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from plugins.routing.egress_split import DUMMY_KEY, PROVIDERS

URL_ENV = "SIGNALBOX_EGRESS_URL"
FILE = "egress-held.json"
_KEYS = frozenset(name for provider in PROVIDERS.values() for name in provider.keys)


def run_elsewhere(environ: Mapping[str, str]) -> bool:
    """Whether the broker is somebody else's process: in a container of its own."""
    return bool(environ.get(URL_ENV))


def seen_from(environ: Mapping[str, str], run: Path) -> Mapping[str, str]:
    """``environ``, with the broker's keys where it runs elsewhere. ``run``: the folder of the file."""
    return HeldElsewhere(environ, run / FILE) if run_elsewhere(environ) else environ


class HeldElsewhere(Mapping[str, str]):
    """``environ`` and the names that the file holds now; a missing or broken file holds none."""

    def __init__(self, environ: Mapping[str, str], path: Path) -> None:
        self._environ = environ
        self._path = path

    def __getitem__(self, name: str) -> str:
        if name in _KEYS and name in self._names():
            return DUMMY_KEY
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._environ), **dict.fromkeys(self._names())})

    def __len__(self) -> int:
        return len(set(self._environ) | self._names())

    def _names(self) -> frozenset[str]:
        try:
            said = json.loads(self._path.read_text("utf-8"))["names"]
            return frozenset(name for name in said if name in _KEYS)
        except (OSError, ValueError, KeyError, TypeError):
            return frozenset()
