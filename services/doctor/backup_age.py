"""When the last backup was made."""

from __future__ import annotations

import time
from collections.abc import Iterator

from services.backup.record import Record, last_backup
from services.doctor.finding import Finding
from services.doctor.site import Site

WARN_DAYS = 7.0


def check(site: Site) -> Iterator[Finding]:
    """One finding."""
    yield grade(last_backup(site.state.root), time.time(), anything=(site.state.secrets / "salt.key").exists())


def grade(record: Record | None, now: float, *, anything: bool) -> Finding:
    """``anything``: whether there is something to lose. ``now``: seconds since the epoch."""
    if record is None:
        if not anything:
            return Finding("backup", "ok", "there is nothing to back up yet")
        return Finding("backup", "warn", "no backup was ever made", "run `signalbox backup`, and keep it elsewhere")
    days = (now - record.at) / 86400
    what = f"the last backup is {days:.1f} days old ({record.file}, {record.bytes / 1e6:.1f} MB)"
    if days > WARN_DAYS:
        return Finding("backup", "warn", what, "run `signalbox backup`, daily by cron or a systemd timer")
    return Finding("backup", "ok", what)
