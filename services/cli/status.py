"""``signalbox status``.

Knows: what ``up`` leaves in the state directory. Does not know: processes beyond the owner of the lock, HTTP.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from services.supervisor.options import Options
    from services.supervisor.state import State


@click.command()
@click.option("--state", metavar="DIR", help="state directory [SIGNALBOX_STATE, ./.signalbox]")
@click.option("--config", "file", metavar="FILE", help="YAML file [SIGNALBOX_CONFIG, ./litellm_config.yaml]")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def status(state: str | None, file: str | None, as_json: bool) -> None:
    """What runs, what was found, what works; exit 1 where nothing runs or a part is not ready.

    \b
    Examples:
      signalbox status
      signalbox status --json | jq .parts
    """
    from services.supervisor.options import OptionError, read_options

    try:
        found = collect(read_options(os.environ, state=state, config=file))
    except OptionError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(json.dumps(found, indent=1))
    else:
        _print(found)
    sys.exit(0 if found["running"] and all(p["state"] == "ready" for p in found["parts"]) else 1)


def collect(options: Options) -> dict[str, Any]:
    """Plain data: ``running``, ``pid``, ``state``, ``parts``, ``config``, ``config_problems``, ``deployments``,
    ``abilities``."""
    from plugins.routing.config.load import ConfigError, parse_config
    from services.supervisor.abilities import abilities
    from services.supervisor.lock import owner
    from services.supervisor.offline import last_rendered
    from services.supervisor.state import read_json

    state = options.state
    pid = owner(state.lock)
    rendered = last_rendered(state)
    try:
        config = parse_config(state.rendered.read_text("utf-8"), str(state.rendered))
        works = [asdict(row) for row in abilities(config, config.deployments)]
    except (OSError, ConfigError):
        works = []
    return {
        "running": pid is not None,
        "pid": pid,
        "state": str(state.root),
        "parts": _parts(read_json(state.parts)) if pid is not None else [],
        "config": _config(state) if pid is not None else {},
        "config_problems": (read_json(state.config_error) or {}).get("problems", []),
        "deployments": [_deployment(entry) for entry in rendered.get("model_list") or () if _real(entry)],
        "abilities": works,
    }


def _config(state: State) -> dict[str, Any]:
    """``version``, ``at``, ``who`` of the version in force; how many workers have it; what waits to be applied."""
    from services.supervisor.history import History
    from services.supervisor.state import read_json
    from services.supervisor.workers import workers

    versions = History(state.history).versions()
    last = versions[-1] if versions else None
    told = workers(state)
    waiting = read_json(state.config_waiting)
    return {
        "version": last.number if last else None,
        "at": last.at if last else None,
        "who": last.who if last else None,
        "workers": len(told),
        "workers_current": sum(worker.current for worker in told),
        "waiting": waiting.get("regressions", []) if isinstance(waiting, dict) else [],
    }


def _parts(said: Any) -> list[dict[str, Any]]:
    from services.supervisor.fleet import told_parts

    keys = ("name", "state", "pid", "restarts", "readiness")
    return [{key: e.get(key) for key in keys} for e in told_parts(said)]


def _real(entry: Any) -> bool:
    return isinstance(entry, dict) and not (entry.get("model_info") or {}).get("signalbox_placeholder")


def _deployment(entry: dict[str, Any]) -> dict[str, Any]:
    info = entry.get("model_info") or {}
    source = "built in" if info.get("builtin") else info.get("found") or "declared"
    return {
        "id": info.get("id"),
        "model": entry.get("model_name"),
        "from": source,
        "location": info.get("location"),
        "tier": info.get("signalbox_tier") or info.get("tier"),
        "mode": info.get("mode", "chat"),
    }


def _print_config(found: dict[str, Any], console: Console) -> None:
    if found.get("version") is not None:
        taken = f", taken by {found['workers_current']} of {found['workers']} workers" if found["workers"] else ""
        console.print(f"configuration: version {found['version']} of {found['at']} by {found['who']}{taken}")
    if found.get("waiting"):
        console.print("an edit waits; `signalbox config apply` takes it although:", style="yellow")
        for clause in found["waiting"]:
            console.print(f"  {clause}", markup=False)


def _print(found: dict[str, Any]) -> None:
    from rich.console import Console

    from services.supervisor.abilities import Ability
    from services.supervisor.screen import Screen, table_of

    console = Console(highlight=False, soft_wrap=True)
    if not found["running"]:
        console.print(f"nothing runs in {found['state']}: start it with `signalbox up`")
    else:
        console.print(f"running as process {found['pid']} in {found['state']}")
        parts = [(p["name"], p["state"], str(p["restarts"]), str(p["pid"] or "-")) for p in found["parts"]]
        console.print(table_of(("part", "state", "restarts", "process"), parts))
    _print_config(found["config"], console)
    if found["config_problems"]:
        console.print("the last edit of the configuration was not taken:", style="yellow")
        for problem in found["config_problems"]:
            console.print(f"  {problem}", markup=False)
    if found["deployments"]:
        keys = ("model", "from", "location", "tier", "mode", "id")
        rows = [tuple(str(d[key] or "-") for key in keys) for d in found["deployments"]]
        console.print()
        console.print(table_of(keys, rows))
    if found["running"] and found["abilities"]:
        console.print()
        Screen(console).abilities([Ability(**row) for row in found["abilities"]])
