"""When a file that somebody edits has been changed, and left alone since.

Knows: what changes when a file does, how long an editor may take. Does not know: what is in the file. A file that is
written in pieces is not read in between: a first half may well be valid YAML with half the deployments.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

SETTLE_S = 0.25
"""Unchanged for so long: whoever writes has finished."""

SETTLE_UNENDED_S = 1.0
"""The same for a file whose last line has no end, and for one that is not there: an editor may be replacing it."""

Stamp = tuple[int, int, int]


class Settled:
    """``look`` is to be called several times a second. What the file is at first counts as known."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._known = stamp(path)
        self._seen = self._known
        self._since = 0.0

    def look(self) -> bool:
        """Whether another version than the last one is there and finished; True once for each."""
        now, at = stamp(self._path), self._clock()
        if now != self._seen:
            self._seen, self._since = now, at
        if now == self._known:
            return False
        wait = SETTLE_S if now is not None and _ends_its_line(self._path) else SETTLE_UNENDED_S
        if at - self._since < wait:
            return False
        self._known = now
        return True


def stamp(path: Path) -> Stamp | None:
    """What changes when the file does; None where it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _ends_its_line(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size == 0:
                return False
            file.seek(size - 1)
            return file.read(1) == b"\n"
    except OSError:
        return False
