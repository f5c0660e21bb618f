"""Ends this process when the one that started it is gone.

Knows: parent process ids. Does not know: servers. Asks instead of using PR_SET_PDEATHSIG: that fires when the
starting *thread* ends, and exists on Linux only.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

POLL_S = 0.5
GRACE_S = 12.0

Kill = Callable[[int], None]


def _kill_self(number: int) -> None:
    os.kill(os.getpid(), number)


def exit_with_parent(
    parent: int | None = None,
    *,
    poll_s: float = POLL_S,
    grace_s: float = GRACE_S,
    ask: Callable[[], int] = os.getppid,
    kill: Kill = _kill_self,
) -> threading.Event:
    """Watches in a daemon thread; when the parent is no longer ``parent`` (default: the one it has now), sends this
    process SIGTERM, and SIGKILL ``grace_s`` seconds later. Setting the returned event ends the watch."""
    started_by = ask() if parent is None else parent
    over = threading.Event()

    def watch() -> None:
        while ask() == started_by:
            if over.wait(poll_s):
                return
        kill(signal.SIGTERM)
        if not over.wait(grace_s):
            kill(signal.SIGKILL)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
    return over
