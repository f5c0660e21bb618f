"""``signalbox config history``, ``diff``, ``rollback`` and ``apply``.

Knows: the versions that ``up`` keeps, and where it looks for orders. Does not know: how a version is taken: whoever
rolls back writes the user's file, and that edit is checked and taken like every other.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from services.supervisor.history import History
    from services.supervisor.options import Options

_STATE = click.option("--state", metavar="DIR", help="state directory [SIGNALBOX_STATE, ./.signalbox]")
_FILE = click.option("--config", "file", metavar="FILE", help="YAML file [SIGNALBOX_CONFIG, ./litellm_config.yaml]")


@click.command()
@_STATE
@click.option("--json", "as_json", is_flag=True, help="for programs")
def history(state: str | None, as_json: bool) -> None:
    """Every version that was applied: when, by whom, what it changed."""
    from dataclasses import asdict

    versions = _opened(state, None)[1].versions()
    if as_json:
        click.echo(json.dumps([asdict(v) for v in versions], indent=1))
        return
    if not versions:
        click.echo("no version was applied yet: `signalbox up` keeps the first when it starts")
    for version in versions:
        click.echo(f"{version.number:>4}  {version.at}  {version.who}")
        for clause in version.changes or ("no change of meaning",):
            click.echo(f"      {clause}")


@click.command()
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
@_STATE
@_FILE
def diff(old: int | None, new: int | None, state: str | None, file: str | None) -> None:
    """What differs between two versions; between a version (the last one) and the file. Exits 1 where something does.

    \b
    Examples:
      signalbox config diff            the file against the version in force
      signalbox config diff 3          the file against version 3
      signalbox config diff 3 5        version 5 against version 3
    """
    from services.supervisor.history import diff as differences

    options, kept = _opened(state, file)
    old = old if old is not None else _last(kept)
    one = _text(kept, old)
    if new is None:
        path = _path(options)
        two, name = _read(path), str(path)
    else:
        two, name = _text(kept, new), f"version {new}"
    found = differences(one, two, f"version {old}", name)
    if found:
        click.echo(found)
    sys.exit(1 if found else 0)


@click.command()
@click.argument("version", type=int, required=False)
@_STATE
@_FILE
def rollback(version: int | None, state: str | None, file: str | None) -> None:
    """Write an earlier version (the one before the last) over the file; a running gateway takes it at once.

    What the file held is kept beside the versions where it was never applied.
    """
    from services.supervisor.history import sha256
    from services.supervisor.state import write_atomic

    options, kept = _opened(state, file)
    known = kept.versions()
    if version is None and len(known) < 2:
        raise click.ClickException("there is no earlier version to go back to: see `signalbox config history`")
    version = version if version is not None else known[-2].number
    text, path = _text(kept, version), _path(options)
    held = path.read_bytes() if path.exists() else b""
    if held and sha256(held.decode("utf-8", "replace")) not in {v.sha256 for v in known}:
        aside = options.state.history / "not-applied.yaml"
        write_atomic(aside, held.decode("utf-8", "replace"))
        click.echo(f"what the file held was never applied, and is kept in {aside}")
    _order(options, sha256(text), f"rolled back to version {version}")
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    write_atomic(path, text, mode)
    click.echo(f"{path} is version {version} again")


@click.command()
@_STATE
@_FILE
def apply(state: str | None, file: str | None) -> None:
    """Take the edit that waits (`gateway.reload: confirm`), regressions and all."""
    from services.supervisor.history import sha256
    from services.supervisor.state import read_json

    options, _ = _opened(state, file)
    waiting = read_json(options.state.config_waiting)
    if not isinstance(waiting, dict):
        raise click.ClickException("no edit waits: see `signalbox status`")
    digest = sha256(_read(_path(options)))
    if digest != waiting.get("sha256"):
        raise click.ClickException("the file was edited again since: wait a moment, and look at `signalbox status`")
    _order(options, digest, "applied though it makes something worse")
    click.echo("told: the gateway takes it now")


COMMANDS: tuple[click.Command, ...] = (history, diff, rollback, apply)
"""What ``signalbox config`` offers beside ``check``."""


def _opened(state: str | None, file: str | None) -> tuple[Options, History]:
    from services.supervisor.history import History
    from services.supervisor.options import OptionError, read_options

    try:
        options = read_options(os.environ, state=state, config=file)
    except OptionError as error:
        raise click.UsageError(str(error)) from error
    return options, History(options.state.history)


def _path(options: Options) -> Path:
    """The user's file: as named, else this folder's."""
    from services.supervisor.options import DEFAULT_CONFIG

    return options.config or Path(DEFAULT_CONFIG)


def _read(path: Path) -> str:
    from plugins.routing.config.load import ConfigError, read_text

    try:
        return read_text(path)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


def _last(kept: History) -> int:
    known = kept.versions()
    if not known:
        raise click.ClickException("no version was applied yet: `signalbox up` keeps the first when it starts")
    return known[-1].number


def _text(kept: History, number: int) -> str:
    from services.supervisor.history import NoVersionError

    try:
        return kept.text(number)
    except NoVersionError as error:
        raise click.ClickException(str(error)) from error


def _order(options: Options, digest: str, note: str) -> None:
    from services.supervisor.state import write_atomic

    options.state.prepare()
    told = {"sha256": digest, "who": getpass.getuser(), "note": note}
    write_atomic(options.state.config_orders, json.dumps(told))
