"""Cores against workers, and how busy they are."""

from __future__ import annotations

import os
from collections.abc import Iterator

from services.doctor.finding import Finding
from services.doctor.site import Site


def check(site: Site) -> Iterator[Finding]:
    """One finding."""
    yield grade(len(os.sched_getaffinity(0)), os.getloadavg()[1], site.options.workers)


def grade(cores: int, load: float, workers: int) -> Finding:
    """``load``: the mean of five minutes."""
    what = f"{cores} core{'s' * (cores > 1)}, load {load:.1f}, {workers} worker{'s' * (workers > 1)}"
    if workers > cores:
        return Finding("cpu", "warn", what, f"start no more workers than cores: --workers {cores}")
    if load > 2 * cores:
        return Finding("cpu", "warn", what, "something keeps the cores busy: look with `top`, answers will be late")
    return Finding("cpu", "ok", what)
