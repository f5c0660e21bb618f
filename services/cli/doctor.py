"""``signalbox doctor``.

Knows: how findings are shown. Does not know: what is checked (``services.doctor``).
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from services.doctor.finding import Finding

_MARKS = {"ok": ("ok  ", "green"), "warn": ("warn", "yellow"), "fail": ("FAIL", "red")}


@click.command()
@click.option("--state", metavar="DIR", help="state directory [SIGNALBOX_STATE, ./.signalbox]")
@click.option("--config", "file", metavar="FILE", help="YAML file [SIGNALBOX_CONFIG, ./litellm_config.yaml]")
@click.option("--port", type=int, help="port of the gateway [SIGNALBOX_PORT, 4000]")
@click.option("--host", help="address of the gateway [SIGNALBOX_HOST, 127.0.0.1]")
@click.option("--workers", type=int, help="gateway processes [SIGNALBOX_WORKERS, half the cores]")
@click.option("--certificate", "certificates", metavar="FILE", multiple=True, help="a PEM file whose dates to check")
@click.option("--fast", is_flag=True, help="do not compute the checksums of model files")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def doctor(
    state: str | None,
    file: str | None,
    port: int | None,
    host: str | None,
    workers: int | None,
    certificates: tuple[str, ...],
    fast: bool,
    as_json: bool,
) -> None:
    """Check this machine and this installation, and say what to do; exit 1 where something fails.

    Looks only, and works whether or not Signalbox is running.

    \b
    Examples:
      signalbox doctor
      signalbox doctor --fast --json | jq '.findings[] | select(.grade != "ok")'
    """
    from services.doctor.examine import examine
    from services.doctor.site import site_of
    from services.supervisor.options import OptionError, read_options
    from services.supervisor.secret_files import with_secret_files

    try:
        environ = with_secret_files(os.environ)
        options = read_options(environ, state=state, config=file, port=port, host=host, workers=workers)
    except OptionError as error:
        raise click.UsageError(str(error)) from error
    found = examine(site_of(options, fast=fast, certificates=tuple(Path(c) for c in certificates)))
    counts = {grade: sum(f.grade == grade for f in found) for grade in _MARKS}
    if as_json:
        click.echo(json.dumps({**counts, "findings": [asdict(f) for f in found]}, indent=1))
    else:
        _print(found)
        click.echo(f"{counts['ok']} ok, {counts['warn']} warnings, {counts['fail']} failures")
    sys.exit(1 if counts["fail"] else 0)


def _print(found: list[Finding]) -> None:
    width = max(len(f.name) for f in found)
    for one in found:
        mark, color = _MARKS[one.grade]
        click.echo(f"{click.style(mark, fg=color)}  {one.name:<{width}}  {one.what}")
        if one.todo:
            click.echo(f"      {'':<{width}}  -> {one.todo}")
