"""All checks, in the order in which their findings are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from services.doctor import (
    backup_age,
    certificates,
    clock,
    configuration,
    cpu,
    database,
    disk,
    gpu,
    memory,
    models,
    packages,
    permissions,
    ports,
    redis,
    versions,
)
from services.doctor.finding import Finding
from services.doctor.site import Site

Check = Callable[[Site], Iterable[Finding]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("configuration", configuration.check),
    ("versions", versions.check),
    ("packages", packages.check),
    ("clock", clock.check),
    ("cpu", cpu.check),
    ("memory", memory.check),
    ("disk", disk.check),
    ("gpu", gpu.check),
    ("ports", ports.check),
    ("permissions", permissions.check),
    ("database", database.check),
    ("redis", redis.check),
    ("models", models.check),
    ("certificates", certificates.check),
    ("backup", backup_age.check),
)


def examine(site: Site, checks: tuple[tuple[str, Check], ...] = CHECKS) -> list[Finding]:
    """Every finding of every check. A check that breaks is a finding too: the others still count."""
    found: list[Finding] = []
    for name, check in checks:
        try:
            found += check(site)
        except Exception as error:  # noqa: BLE001  an edge: one broken check must not hide the others
            todo = "this is a fault of the check: report it with this line"
            found.append(Finding(name, "warn", f"could not be checked ({type(error).__name__}: {error})", todo))
    return found
