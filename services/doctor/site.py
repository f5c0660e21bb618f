"""What the checks look at. Knows: options, the configuration if it can be read, whether ``up`` runs here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plugins.routing.config.load import Config, ConfigError
from services.database.paths import StatePaths
from services.supervisor.lock import owner
from services.supervisor.options import Options, read_config
from services.supervisor.state import State


@dataclass(frozen=True, slots=True)
class Site:
    """``config`` is None where it is broken, and ``problem`` says why. ``pid``: the ``up`` that owns the state
    directory. ``fast``: do not read model files whole. ``certificates``: further files to look at."""

    options: Options
    config: Config | None
    problem: ConfigError | None
    pid: int | None
    fast: bool = False
    certificates: tuple[Path, ...] = ()

    @property
    def state(self) -> State:
        return self.options.state

    @property
    def database(self) -> StatePaths:
        return StatePaths.of(self.options.state.root)


def site_of(options: Options, *, fast: bool = False, certificates: tuple[Path, ...] = ()) -> Site:
    """Reads what is there; makes and changes nothing."""
    config, problem = None, None
    try:
        config = read_config(options.config)
    except ConfigError as error:
        problem = error
    return Site(options, config, problem, owner(options.state.lock), fast, certificates)
