"""Memory that can still be had, also where a container is given less than the machine has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil

from services.doctor.finding import Finding, graded
from services.doctor.site import Site

WORKER_GB, OTHERS_GB = 0.6, 0.8
"""What a gateway worker, and all other parts without a model, take at start."""

CGROUP = Path("/sys/fs/cgroup")


def check(site: Site) -> Iterator[Finding]:
    """Whether what is free is enough for what is not running yet."""
    yield grade(available_gb(), site.options.workers, running=site.pid is not None)


def available_gb(cgroup: Path = CGROUP) -> float:
    """Gigabytes that can be had: of the machine, or of the control group (v2) where that allows less."""
    free = float(psutil.virtual_memory().available)
    try:
        limit = (cgroup / "memory.max").read_text("ascii").strip()
        used = int((cgroup / "memory.current").read_text("ascii"))
    except (OSError, ValueError):
        return free / 1e9
    return min(free, int(limit) - used) / 1e9 if limit.isdigit() else free / 1e9


def grade(free_gb: float, workers: int, *, running: bool) -> Finding:
    """The finding about ``free_gb`` gigabytes."""
    need = 0.3 if running else OTHERS_GB + workers * WORKER_GB
    what = f"{free_gb:.1f} GB of memory can be had"
    what += (
        " (Signalbox is running)"
        if running
        else f"; {workers} worker{'s' * (workers > 1)} and the parts take {need:.1f}"
    )
    todo = "end other programs, give it more memory, or start fewer workers (--workers); models need theirs on top"
    return graded("memory", free_gb, warn=need + 0.5, fail=need / 2, what=what, todo=todo)
