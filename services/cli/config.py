"""``signalbox config check``, and the group that ``preview`` belongs to.

Knows: how problems are shown. Does not know: what is a problem (``plugins.routing.config``).
"""

from __future__ import annotations

import os
import sys

import click

from services.cli.preview import preview


@click.group()
def config() -> None:
    """Check a configuration file, or preview what another one would do."""


config.add_command(preview)


@config.command()
@click.option("--config", "file", metavar="FILE", help="YAML file [SIGNALBOX_CONFIG, ./litellm_config.yaml]")
def check(file: str | None) -> None:
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
