"""Which version of the rendered file each gateway worker has taken.

Knows: the files that workers leave, that one of a process which is gone says nothing. Does not know: how it is taken.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import psutil

from services.supervisor.state import State, read_json


@dataclass(frozen=True, slots=True)
class Worker:
    """``current``: it has the file as it is now."""

    pid: int
    current: bool


def workers(state: State) -> list[Worker]:
    """The running workers that told something, by process id."""
    try:
        now = hashlib.sha256(state.rendered.read_bytes()).hexdigest()
        files = sorted(state.workers.glob("*.json"))
    except OSError:
        return []
    found: list[Worker] = []
    for path in files:
        said = read_json(path)
        pid = said.get("pid") if isinstance(said, dict) else None
        if isinstance(pid, int) and psutil.pid_exists(pid):
            found.append(Worker(pid, said.get("rendered") == now))
    return found


def forget(state: State) -> None:
    """Removes what workers of an earlier run left: their numbers may be other processes' now, and each run counts its
    metrics from the start."""
    for path in (*state.workers.glob("*"), *state.run.glob("*.ready"), *(state.run / "metrics").glob("*.db")):
        path.unlink(missing_ok=True)
