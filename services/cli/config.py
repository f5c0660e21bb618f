"""``signalbox config check``, and the group that ``preview`` and the verbs of ``versions`` belong to.

Knows: how problems are shown. Does not know: what is a problem (``plugins.routing.config``).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from services.cli.preview import preview
from services.cli.versions import COMMANDS

if TYPE_CHECKING:
    from plugins.routing.config.load import Config
    from plugins.routing.config.problems import Problem


@click.group()
def config() -> None:
    """Check a configuration file, preview what another one would do, see and undo changes."""


for _command in (preview, *COMMANDS):
    config.add_command(_command)


@config.command()
@click.option("--config", "file", metavar="FILE", help="YAML file [SIGNALBOX_CONFIG, ./litellm_config.yaml]")
@click.option("--quick", is_flag=True, help="without asking LiteLLM, which takes seconds to load")
def check(file: str | None, quick: bool) -> None:
    """Read the file as the gateway would, and print what is wrong with file, line and path.

    Exits 2 where it is broken. What is allowed but probably not meant is a warning, and exits 0.

    \b
    Example:
      signalbox config check --config site.yaml
    """
    from plugins.routing.config.load import ConfigError
    from services.supervisor.options import OptionError, read_config, read_options

    try:
        read = read_config(read_options(os.environ, config=file).config)
        problems = [] if quick else _refused_by_litellm(read)
        if problems:
            raise ConfigError(problems)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(2)
    except OptionError as error:
        raise click.UsageError(str(error)) from error
    for warning in read.warnings:
        click.echo(f"warning: {warning}", err=True)
    declared = len(read.deployments)
    click.echo(
        f"OK: {read.path} ({declared} declared deployment{'' if declared == 1 else 's'}, "
        f"{len(read.spec.capabilities)} capabilities)"
    )


def _refused_by_litellm(read: Config) -> list[Problem]:
    import asyncio

    from plugins.routing.config.load import read_text
    from services.supervisor.litellm_check import LiteLLMCheck

    if not read.deployments:
        return []
    return asyncio.run(LiteLLMCheck("http://127.0.0.1:9", "", os.environ)(read, read_text(read.path)))
