"""A configuration with the deployments that ``up`` would render, without a running system.

Knows: the file of the run before. Does not know: ports that are in use. For ``signalbox explain`` and ``status``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from plugins.routing.config.deployments import deployments_from
from plugins.routing.config.load import Config
from services.supervisor.model_list import DEAD_END, Sidecars, complete_model_list, found_in
from services.supervisor.options import Options, read_config
from services.supervisor.state import State


def config_as_rendered(options: Options) -> Config:
    """The user's file with built-in and found deployments, as the gateway would route to them. Raises ConfigError."""
    config = read_config(options.config)
    found = found_in(last_rendered(options.state))
    # The addresses of our own parts are not needed to decide, only that they are there.
    parts = Sidecars(instant=DEAD_END, retrieval=DEAD_END, documents=DEAD_END, audio=DEAD_END)
    entries = complete_model_list(config, found, parts)
    return replace(config, deployments=deployments_from(entries, config.spec))


def last_rendered(state: State) -> dict[str, Any]:
    """What the last ``up`` rendered; empty where there was none, or its file is damaged."""
    return _read(state.rendered)


def _read(path: Path) -> dict[str, Any]:
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data = yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return data if isinstance(data, dict) else {}
