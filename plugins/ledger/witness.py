"""Takes checkpoints off the box, so that who holds it cannot change what was.

Knows: a file (on a share that others keep) that each checkpoint is appended to, and a URL that each is POSTed to. Does
not know: chains. A witness that does not answer is tried again with the next checkpoint, which covers all before it.
"""

from __future__ import annotations

import logging
import os
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from plugins.ledger.chain import Checkpoint

TIMEOUT_S = 10.0
_LOG = logging.getLogger("signalbox.ledger")


class Witnesses:
    """``where``: absolute paths and http(s) URLs. Called in the ledger's thread."""

    def __init__(self, where: Sequence[str]) -> None:
        self._where = tuple(where)

    def __call__(self, checkpoint: Checkpoint) -> None:
        """Tells all of them; a failure is logged."""
        line = checkpoint.text()
        for place in self._where:
            try:
                if place.startswith(("http://", "https://")):
                    _post(place, line)
                else:
                    _append(Path(place), line)
            except OSError as error:
                _LOG.error("a witness of the ledger was not reached (%s)", type(error).__name__)


def _append(path: Path, line: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644), "a") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def _post(url: str, line: str) -> None:
    headers = {"content-type": "application/json", "user-agent": "signalbox-ledger"}
    request = urllib.request.Request(url, (line + "\n").encode(), headers, method="POST")  # noqa: S310 - http(s) only
    with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310 - the same
        pass
