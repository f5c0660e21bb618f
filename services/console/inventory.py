"""What is configured: deployments, the zones they are in, and the highest class each may get.

Knows: the rendered configuration. Does not know: whether a deployment answers (the decision log tells what happened).
Never passes on API keys or base URLs: both stay out of ``Entry``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from plugins.routing.config.deployments import deployment_id, is_placeholder
from plugins.routing.config.load import Config, ConfigError, load_config
from plugins.routing.types import DataClass, Deployment


@dataclass(frozen=True, slots=True)
class Entry:
    """One deployment. ``origin``: ``built in``, ``found: ollama`` or ``declared``. ``runs``: provider/model."""

    deployment: Deployment
    origin: str
    runs: str
    highest: DataClass


@dataclass(frozen=True, slots=True)
class Zone:
    """``known`` is false for a location that deployments name and no zone does: it then gets ``public`` only."""

    name: str
    highest: DataClass
    known: bool
    deployments: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """``config`` is None where the file is missing or broken; ``problem`` then says so in one line."""

    config: Config | None
    entries: tuple[Entry, ...] = ()
    zones: tuple[Zone, ...] = ()
    problem: str | None = None


def highest_class(location: str, zones: Mapping[str, DataClass]) -> DataClass:
    """The highest class that a location may be given; the lowest of all where no zone names it."""
    return zones.get(location, DataClass.PUBLIC)


def read_inventory(path: Path) -> Inventory:
    """The inventory of the rendered file at ``path``, read again when the file is another one."""
    try:
        stat = path.stat()
    except OSError:
        return Inventory(None, problem="Nothing has been rendered yet: `signalbox up` writes it at start.")
    return _read(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)


@lru_cache(maxsize=4)
def _read(path: Path, *_stamp: int) -> Inventory:
    try:
        return inventory_of(load_config(path))
    except ConfigError as error:
        return Inventory(None, problem=f"The rendered configuration cannot be read. {str(error).splitlines()[0]}")


def inventory_of(config: Config) -> Inventory:
    """The inventory of an accepted configuration."""
    zones = config.spec.boundary.zones
    sources = _sources(config)
    entries = tuple(
        Entry(d, *sources.get(d.id, ("declared", "")), highest=highest_class(d.location, zones))
        for d in config.deployments
    )
    named = [*zones, *sorted({d.location for d in config.deployments} - set(zones))]
    return Inventory(
        config,
        entries,
        tuple(
            Zone(n, highest_class(n, zones), n in zones, sum(d.location == n for d in config.deployments))
            for n in named
        ),
    )


def _sources(config: Config) -> dict[str, tuple[str, str]]:
    listed = config.raw.get("model_list") or ()
    found: dict[str, tuple[str, str]] = {}
    taken: dict[str, int] = {}
    for raw in listed:
        if not isinstance(raw, Mapping) or is_placeholder(raw):
            continue
        info, params = raw.get("model_info") or {}, raw.get("litellm_params") or {}
        origin = "declared"
        if info.get("builtin") is True:
            origin = "built in"
        elif info.get("found"):
            origin = f"found: {info['found']}"
        # As ``deployments_from`` numbers equal ids.
        name = deployment_id(raw)
        taken[name] = taken.get(name, 0) + 1
        found[name if taken[name] == 1 else f"{name}-{taken[name]}"] = (origin, str(params.get("model", "")))
    return found
