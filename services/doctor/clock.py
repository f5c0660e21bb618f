"""The clock: expiry of keys, budgets and certificates hang on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from services.doctor.finding import Finding
from services.doctor.site import Site

YEARS = range(2025, 2100)
MEASURE_S = 0.1
STEP_S = 0.05
FUTURE_S = 3600.0
TODO = "set the clock and keep it by NTP: timedatectl set-ntp true"


def check(site: Site) -> Iterator[Finding]:
    """One finding."""
    wall, steady = time.time(), time.monotonic()
    time.sleep(MEASURE_S)
    drift = (time.time() - wall) - (time.monotonic() - steady)
    newest = max((p.stat().st_mtime for p in site.state.run.glob("*")), default=0.0)
    yield grade(wall, drift, newest)


def grade(now: float, drift: float, newest: float) -> Finding:
    """``now``, ``newest`` (of our own files): seconds since the epoch. ``drift``: of wall against monotonic time."""
    said = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if datetime.fromtimestamp(now, UTC).year not in YEARS:
        return Finding("clock", "fail", f"the clock says {said}", TODO)
    if newest > now + FUTURE_S:
        return Finding("clock", "warn", f"the clock says {said}, and files here are {newest - now:.0f} s newer", TODO)
    if abs(drift) > STEP_S:
        return Finding("clock", "warn", f"the clock says {said} and was moved by {drift:+.3f} s just now", TODO)
    return Finding("clock", "ok", f"the clock says {said}")
