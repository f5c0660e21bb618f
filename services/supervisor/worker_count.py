"""How many gateway processes a machine gets where nobody says.

Knows: cores that this process may use, memory of the machine or of its container. Does not know: options, processes.
A worker is one busy thread of Python, so more of them than cores serve nothing. Half of the cores are left: a request
is also work of the database, of the sidecars and of local models. Memory bounds it too, since each worker is a LiteLLM
of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

import psutil

WORKER_BYTES = 512 * 2**20
MEMORY_SHARE = 4
"""All workers together get this part of the memory, at most: one fourth."""
MOST = 16
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def default_workers(cores: int | None = None, memory: int | None = None) -> int:
    """At least 1. ``memory``: bytes. Default: those of this machine."""
    cores = cores if cores is not None else len(os.sched_getaffinity(0))
    memory = memory if memory is not None else memory_bytes()
    return max(1, min(cores // 2, memory // MEMORY_SHARE // WORKER_BYTES, MOST))


def memory_bytes(limits: tuple[Path, ...] = _CGROUP_LIMITS) -> int:
    """Of the machine, or what the container may use where that is less."""
    found = [int(psutil.virtual_memory().total)]
    for path in limits:
        try:
            told = path.read_text("ascii").strip()
        except OSError:
            continue
        if told.isdigit():  # "max": no limit
            found.append(int(told))
    return min(found)
