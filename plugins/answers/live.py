"""A matcher that follows its files: edits of the answers count within a second or so, without a restart.

Knows: modification times. Does not know: similarity, requests. A broken edit keeps the old answers and is logged once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from plugins.answers.book import SHIPPED, AnswersError, load_book
from plugins.answers.match import Matcher

CHECK_S = 1.0

_log = logging.getLogger("signalbox.answers")

Stamp = tuple[tuple[str, int, int], ...]


class LiveMatcher:
    """``current()`` is the matcher for the files as they are now.

    Raises AnswersError when constructed with files that cannot be used: a broken first configuration must not start.
    """

    def __init__(
        self,
        extra: Sequence[Path] = (),
        min_score: float | None = None,
        *,
        shipped: Path = SHIPPED,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._extra = tuple(extra)
        self._min_score = min_score
        self._shipped = shipped
        self._clock = clock
        self._stamp = self._stamped()
        self._checked = clock()
        self._matcher = Matcher(load_book(self._extra, shipped), min_score)

    def current(self) -> Matcher:
        """The newest matcher that could be made. Looks at the files at most once a second."""
        now = self._clock()
        if now - self._checked >= CHECK_S:
            self._checked = now
            stamp = self._stamped()
            if stamp != self._stamp:
                self._stamp = stamp
                self._reload()
        return self._matcher

    def _reload(self) -> None:
        try:
            self._matcher = Matcher(load_book(self._extra, self._shipped), self._min_score)
        except AnswersError as error:
            _log.error("answers not reloaded, the old ones stay: %s", error)
        else:
            _log.info("answers reloaded")

    def _stamped(self) -> Stamp:
        found = []
        for path in (*sorted(self._shipped.glob("*.yaml")), *self._extra):
            try:
                status = path.stat()
            except OSError:
                found.append((str(path), 0, 0))
            else:
                found.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(found)
