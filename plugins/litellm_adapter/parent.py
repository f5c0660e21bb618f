"""Ends this process when the one that started it is gone.

Knows: parent process ids. Does not know: servers. A gateway that outlived its supervisor would hold the port with an
old policy.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

GRACE_S = 12.0


def exit_with_parent(
    poll_s: float = 1.0, parent: Callable[[], int] = os.getppid, kill: Callable[[int, int], None] = os.kill
) -> threading.Thread:
    """Starts a daemon thread that sends this process SIGTERM once its parent changes, and SIGKILL ``GRACE_S``
    later."""
    started_by = parent()

    def watch() -> None:
        while parent() == started_by:
            time.sleep(poll_s)
        kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_S if kill is os.kill else 0)
        kill(os.getpid(), signal.SIGKILL)

    thread = threading.Thread(target=watch, name="parent-watch", daemon=True)
    thread.start()
    return thread
