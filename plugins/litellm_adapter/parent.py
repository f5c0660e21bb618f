"""Ends this process when the one that started it is gone.

Knows: parent process ids; that a forked worker has an owner beside its parent. Does not know: servers. A gateway that
outlived its supervisor would hold the port with an old policy.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

GRACE_S = 12.0
OWNER_ENV = "SIGNALBOX_OWNER_PID"
"""In a forked worker: the id of the process that the supervisor knows, and with which it ends."""


def exit_with_parent(
    poll_s: float = 1.0, parent: Callable[[], int] = os.getppid, kill: Callable[[int, int], None] = os.kill
) -> threading.Thread | None:
    """Starts a daemon thread that sends this process SIGTERM once its parent changes, and SIGKILL ``GRACE_S``
    later. None where an owner is watched instead."""
    if OWNER_ENV in os.environ:
        return None
    started_by = parent()

    def watch() -> None:
        while parent() == started_by:
            time.sleep(poll_s)
        _end(kill)

    return _started(watch)


def exit_with_owner(connection: socket.socket, kill: Callable[[int, int], None] = os.kill) -> threading.Thread:
    """The same once ``connection``, on which nothing is sent, is closed at its other end."""

    def watch() -> None:
        with suppress(OSError):
            connection.recv(1)
        _end(kill)

    return _started(watch)


def _end(kill: Callable[[int, int], None]) -> None:
    kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S if kill is os.kill else 0)
    kill(os.getpid(), signal.SIGKILL)


def _started(watch: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=watch, name="parent-watch", daemon=True)
    thread.start()
    return thread
