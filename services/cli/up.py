"""``signalbox up``.

Knows: the flags. Does not know: how anything is started (``services.supervisor.up``).
"""

from __future__ import annotations

import os
import sys

import click

EXAMPLES = """
\b
Examples:
  signalbox up
  signalbox up --config site.yaml --port 8080
  signalbox up --host 0.0.0.0 --workers 4       reachable from other machines: put TLS in front
  signalbox up --only gateway,instant           some parts only
"""


@click.command(epilog=EXAMPLES)
@click.option("--config", metavar="FILE", help="YAML file [SIGNALBOX_CONFIG, ./litellm_config.yaml]")
@click.option("--port", type=int, help="port of the gateway [SIGNALBOX_PORT, 4000]")
@click.option("--host", help="address to listen on [SIGNALBOX_HOST, 127.0.0.1]")
@click.option("--state", metavar="DIR", help="keys, logs, data [SIGNALBOX_STATE, ./.signalbox]")
@click.option("--workers", type=int, help="gateway processes [SIGNALBOX_WORKERS, 1]")
@click.option("--only", metavar="PART,...", help="start these parts only")
def up(
    config: str | None, port: int | None, host: str | None, state: str | None, workers: int | None, only: str | None
) -> None:
    """Start the gateway and all its parts, and keep them running.

    Checks the configuration first (exit 2 where it is broken), prints where things are and what works, and then
    watches: a part that ends is started again. Ctrl-C stops everything. The master key is made at the first start, or
    given as SIGNALBOX_MASTER_KEY.
    """
    from services.supervisor.options import OptionError, read_options
    from services.supervisor.screen import Screen
    from services.supervisor.up import up as run

    try:
        options = read_options(os.environ, config=config, port=port, host=host, state=state, workers=workers, only=only)
    except OptionError as error:
        raise click.UsageError(str(error)) from error
    sys.exit(run(options, Screen()))
