"""Who may read the state directory's secrets."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from services.doctor.finding import Finding
from services.doctor.site import Site


def check(site: Site) -> Iterator[Finding]:
    """One finding for everything that is too open or not ours; one where all is well."""
    root, secrets = site.state.root, site.state.secrets
    if not root.exists():
        yield Finding("permissions", "ok", f"{root} is made at the first start")
        return
    if not os.access(root, os.W_OK | os.X_OK):
        todo = f"run as its owner, or: chown -R $(id -u) {shlex.quote(str(root))}"
        yield Finding("permissions", "fail", f"{root} cannot be written by this user", todo)
        return
    private = [p for p in (secrets, site.state.run) if p.exists()]
    files = [*secrets.glob("*"), *secrets.glob(".*"), *root.glob("*.sqlite"), site.state.rendered]
    wrong = [p for p in (*private, *files) if p.exists() and open_to_others(p)]
    if wrong:
        todo = "chmod go= " + " ".join(shlex.quote(str(p)) for p in wrong[:6])
        yield Finding("permissions", "fail", f"others may read {wrong[0]} ({len(wrong)} in all)", todo)
        return
    strangers = [p for p in (*private, *files) if p.exists() and p.stat().st_uid not in (os.geteuid(), 0)]
    if strangers:
        todo = f"run as user {strangers[0].stat().st_uid}, or give it away with chown"
        yield Finding("permissions", "warn", f"{strangers[0]} belongs to another user", todo)
        return
    yield Finding("permissions", "ok", f"{len(files)} files of {root} are readable by their owner alone")


def open_to_others(path: Path) -> bool:
    """Whether group or others have any right to it."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
