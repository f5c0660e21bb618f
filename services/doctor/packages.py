"""Installed packages against the lock file. Knows: pip's requirement lines with markers and hashes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from services.doctor.finding import Finding
from services.doctor.site import Site

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "runtime.lock"
MODULES = ROOT / "services" / "database" / "engine" / "node_modules" / "pg" / "package.json"
SHOWN = 5


def check(site: Site) -> Iterator[Finding]:  # noqa: ARG001 - every check has this shape
    """One finding for Python's packages, one for the query engine's."""
    if LOCK.exists():
        yield compare(wanted(LOCK.read_text("utf-8")))
    else:
        yield Finding(
            "packages", "warn", f"{LOCK} is not there to compare with", "install from a checkout: make install"
        )
    if MODULES.exists():
        yield Finding("query engine", "ok", "its packages are installed")
    else:
        yield Finding("query engine", "fail", f"{MODULES.parent} is missing", "run `make install`")


def wanted(lock: str) -> dict[str, str]:
    """Name to version of every line that counts on this machine."""
    found = {}
    for line in lock.splitlines():
        text = line.rstrip("\\ ").strip()
        if not text or text.startswith(("#", "--")):
            continue
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate():
            found[requirement.name] = next((s.version for s in requirement.specifier if s.operator == "=="), "")
    return found


def compare(lock: dict[str, str]) -> Finding:
    """What is installed against what the lock says."""
    wrong = []
    for name, pinned in lock.items():
        try:
            there = version(name)
        except PackageNotFoundError:
            wrong.append(f"{name} {pinned} is missing")
            continue
        if there != pinned:
            wrong.append(f"{name} is {there}, not {pinned}")
    if not wrong:
        return Finding("packages", "ok", f"all {len(lock)} packages are those of the lock file")
    more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return Finding("packages", "fail", "; ".join(wrong[:SHOWN]) + more, "run `make install`")
