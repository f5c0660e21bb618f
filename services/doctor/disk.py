"""Room on the disk of the state directory. A full disk stops Postgres, and with it every key."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from services.doctor.finding import Finding, graded
from services.doctor.site import Site
from services.supervisor.parts import models_dir

WARN_GB, FAIL_GB = 5.0, 0.5


def check(site: Site) -> Iterator[Finding]:
    """One finding a disk: of the state directory and, where it is another, of the models."""
    folders = [("disk", site.state.root)]
    if site.config is not None and (models := models_dir(site.config)):
        folders.append(("disk of the models", models))
    seen: set[int] = set()
    for name, folder in folders:
        there = _existing(folder)
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        yield room(name, there, shutil.disk_usage(there).free / 1e9)


def room(name: str, folder: Path, free_gb: float) -> Finding:
    """The finding about ``free_gb`` gigabytes."""
    what = f"{free_gb:.1f} GB are free at {folder}"
    todo = f"make room: {FAIL_GB:g} GB at least; gateway.log.retention_days shortens the log"
    return graded(name, free_gb, warn=WARN_GB, fail=FAIL_GB, what=what, todo=todo)


def _existing(folder: Path) -> Path:
    return next(p for p in (folder, *folder.parents) if p.exists())
