"""Model files: whether they can be read, and are still those that came."""

from __future__ import annotations

from collections.abc import Iterator

from services.doctor.finding import Finding
from services.doctor.site import Site
from services.models.store import Row, rows
from services.supervisor.parts import models_dir


def check(site: Site) -> Iterator[Finding]:
    """One finding a model; one where there is none. Reads every byte unless ``site.fast``."""
    folder = models_dir(site.config) if site.config is not None else None
    if folder is None or not folder.is_dir():
        yield Finding("models", "ok", "no folder of models is used")
        return
    found = rows(folder, verify=not site.fast)
    if not found:
        yield Finding("models", "ok", f"no model in {folder}")
    yield from (judge(row) for row in found)


def judge(row: Row) -> Finding:
    """The finding about one model."""
    name, again = f"model {row.name}", "remove it and fetch it again: signalbox models remove, signalbox models pull"
    if row.problem is not None:
        return Finding(name, "fail", f"{row.file}: {row.problem}", again)
    if row.checksum == "wrong":
        return Finding(name, "fail", f"{row.file} does not match its checksum: it was damaged or exchanged", again)
    if row.checksum == "changed":
        todo = "run `signalbox doctor` without --fast: it computes the checksum"
        return Finding(name, "warn", f"{row.file} was touched since its checksum was taken", todo)
    if row.checksum == "none":
        todo = f"sha256sum {row.file} > {row.file}.sha256 in its folder, once you know that it is right"
        return Finding(name, "warn", f"{row.file} has no checksum", todo)
    checked = "matches its checksum" if row.checksum == "ok" else "has a checksum (not computed now)"
    return Finding(name, "ok", f"{row.file}, {row.size_bytes / 1e9:.1f} GB, {checked}")
