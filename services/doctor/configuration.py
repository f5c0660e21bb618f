"""The user's YAML."""

from __future__ import annotations

from collections.abc import Iterator

from services.doctor.finding import Finding
from services.doctor.site import Site


def check(site: Site) -> Iterator[Finding]:
    """A finding a problem or warning; one where there is none."""
    if site.problem is not None:
        for problem in site.problem.problems:
            yield Finding(
                "configuration", "fail", str(problem), "mend that line; `signalbox config check` reads it again"
            )
    elif site.config is not None:
        for warning in site.config.warnings:
            yield Finding("configuration", "warn", str(warning), "say it otherwise, or leave it if it is meant")
        if not site.config.warnings:
            yield Finding("configuration", "ok", f"{site.config.path} is valid")
