"""The model that serves now, and its replacement while the process runs.

Knows: ``versions``, that a look at the disk belongs into a thread of its own. Does not know: requests, signals.
"""

from __future__ import annotations

import functools
import logging
import threading
from pathlib import Path

from plugins.classifier.artefact import ARTEFACT_DIR, ArtefactError, TrainedModel, load_model
from plugins.classifier.versions import Versions

LOOK_EVERY = 1.0
"""Seconds between two looks at ``STATE/classifier/current``."""

_LOG = logging.getLogger(__name__)


class InService:
    """``model`` is read without a lock or a look at the disk; ``look`` replaces it when another version is promoted."""

    def __init__(self, versions: Versions) -> None:
        """Never raises for a bad version in the state folder: the shipped model serves instead, and the log says so."""
        self._versions = versions
        self._seen: tuple[int, int, int] | None = None
        self._stop = threading.Event()
        self.model: TrainedModel = load_model(ARTEFACT_DIR)
        self.look()

    def look(self) -> bool:
        """Loads what ``current`` names if that file changed; a model that cannot be used leaves the present one."""
        mark = self._mark()
        if mark == self._seen:
            return False
        self._seen = mark
        try:
            version = self._versions.current()
            self.model = load_model(self._versions.directory(version))
        except (ArtefactError, ValueError) as error:
            _LOG.error("intent classifier: %s; version %s stays in service", error, self.model.version)
            return False
        _LOG.info("intent classifier: version %s (%s) is in service", version, self.model.version)
        return True

    def _mark(self) -> tuple[int, int, int] | None:
        try:
            found = self._versions.current_file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def watch(self, every: float = LOOK_EVERY) -> threading.Thread:
        """Looks every ``every`` seconds in a daemon thread until ``stop``."""

        def loop() -> None:
            while not self._stop.wait(every):
                self.look()

        thread = threading.Thread(target=loop, name="intent-model", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self._stop.set()


@functools.cache
def in_service(state: Path) -> InService:
    """The one of ``state``, watched, made once a process. Raises ArtefactError where the shipped model is unusable."""
    found = InService(Versions(state))
    found.watch()
    return found
