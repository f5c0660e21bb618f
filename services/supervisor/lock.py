"""One ``up`` owns a state directory.

Knows: the lock file, process ids with their start times. Does not know: what the owner does. The kernel's file lock
decides, so a stale file never blocks; its text (pid, start time) tells other programs who the owner is.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from services.supervisor.state import read_json


class LockedError(Exception):
    """Another ``up`` owns the directory. ``pid`` is None where it could not be told."""

    def __init__(self, pid: int | None) -> None:
        super().__init__(f"held by process {pid}")
        self.pid = pid


@contextmanager
def owned(path: Path) -> Iterator[None]:
    """Owns the directory of the lock file while inside. Raises LockedError."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LockedError(owner(path)) from error
        os.ftruncate(handle, 0)
        me = psutil.Process()
        os.pwrite(handle, json.dumps({"pid": me.pid, "started": me.create_time()}).encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def owner(path: Path) -> int | None:
    """The process that owns the directory, or None: nobody, or one that is gone."""
    said = read_json(path)
    if not isinstance(said, dict):
        return None
    pid, started = said.get("pid"), said.get("started")
    if isinstance(pid, int) and isinstance(started, int | float) and runs_since(pid, float(started)):
        return pid
    return None


def runs_since(pid: int, started: float) -> bool:
    """Whether ``pid`` is still the process that started then (seconds since the epoch), not another of its number."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
