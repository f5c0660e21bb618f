"""The skills of one state folder, each in the version that serves now.

Knows: ``STATE/skills/NAME``, that a promotion shows in the time of one small file. Does not know: training, requests.
"""

from __future__ import annotations

import functools
import logging
import re
import threading
from pathlib import Path

from plugins.classifier.artefact import ArtefactError
from plugins.classifier.versions import Versions
from plugins.skills.model import Skill, load_skill

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
"""What a skill may be called."""

_LOG = logging.getLogger(__name__)
_Mark = tuple[int, int, int] | None


def versions_of(state: Path, name: str) -> Versions:
    """The versions of one skill. Raises ArtefactError for a name that is none."""
    if not NAME.fullmatch(name):
        raise ArtefactError(f"{name!r} is no name of a skill: lower-case letters, digits, '.', '_' and '-'")
    return Versions(state, f"skills/{name}", None, load_skill)


def trained(state: Path) -> tuple[str, ...]:
    """Names of the skills that have a folder."""
    folder = state / "skills"
    return tuple(sorted(path.name for path in folder.iterdir() if path.is_dir())) if folder.is_dir() else ()


class Shelf:
    """``skill(name)`` looks at one file's time and reads the rest only when it changed."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._held: dict[str, tuple[_Mark, Skill | None]] = {}
        self._lock = threading.Lock()

    def skill(self, name: str) -> Skill | None:
        """The version in service, None where there is none or it cannot be used (the log says why; an earlier one that
        was loaded stays)."""
        versions = versions_of(self._state, name)
        mark = _mark(versions.current_file)
        held = self._held.get(name)
        if held is not None and held[0] == mark:
            return held[1]
        with self._lock:
            found = held[1] if held is not None else None
            try:
                found = load_skill(versions.directory(versions.current())) if mark is not None else None
            except ArtefactError as error:
                _LOG.error("skill %s: %s", name, error)
            self._held[name] = (mark, found)
            return found


def _mark(path: Path) -> _Mark:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@functools.cache
def shelf_of(state: Path) -> Shelf:
    """The one of ``state``, made once a process."""
    return Shelf(state)
