"""``signalbox up``.

Knows: the flags. Does not know: how anything is started (``services.supervisor.up``).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from services.supervisor.options import Options

EXAMPLES = """
\b
Examples:
  signalbox up
  signalbox up --config site.yaml --port 8080
  signalbox up --host 0.0.0.0 --workers 4 --tls-cert box.pem --tls-key box.key     reachable from other machines
  signalbox up --only gateway,instant           some parts only
  signalbox up --print-systemd                  a unit file for these flags; starts nothing
"""


@click.command(epilog=EXAMPLES)
@click.option("--config", metavar="FILE", help="YAML file [SIGNALBOX_CONFIG, ./litellm_config.yaml]")
@click.option("--port", type=int, help="port of the gateway [SIGNALBOX_PORT, 4000]")
@click.option("--host", help="address to listen on [SIGNALBOX_HOST, 127.0.0.1]")
@click.option("--state", metavar="DIR", help="keys, logs, data [SIGNALBOX_STATE, ./.signalbox]")
@click.option("--workers", type=int, help="gateway processes [SIGNALBOX_WORKERS, half the cores]")
@click.option("--only", metavar="PART,...", help="start these parts only")
@click.option("--tls-cert", metavar="FILE", help="serve TLS with this certificate (PEM) [SIGNALBOX_TLS_CERT]")
@click.option("--tls-key", metavar="FILE", help="and its key [SIGNALBOX_TLS_KEY]")
@click.option("--print-systemd", is_flag=True, help="print a systemd unit for these flags, and end")
def up(
    config: str | None,
    port: int | None,
    host: str | None,
    state: str | None,
    workers: int | None,
    only: str | None,
    tls_cert: str | None,
    tls_key: str | None,
    print_systemd: bool,
) -> None:
    """Start the gateway and all its parts, and keep them running.

    Checks the configuration first (exit 2 where it is broken), prints where things are and what works, and then
    watches: a part that ends is started again. Ctrl-C stops everything. The master key is made at the first start, or
    given as SIGNALBOX_MASTER_KEY. A credential NAME may be given as a file: NAME_FILE=/path.
    """
    from services.supervisor.options import OptionError, read_options
    from services.supervisor.screen import Screen
    from services.supervisor.secret_files import with_secret_files
    from services.supervisor.up import up as run

    try:
        environ = with_secret_files(os.environ)
        asked = {"config": config, "port": port, "host": host, "state": state, "workers": workers, "only": only}
        options = read_options(environ, **asked, tls_cert=tls_cert, tls_key=tls_key)  # type: ignore[arg-type]
    except OptionError as error:
        raise click.UsageError(str(error)) from error
    if print_systemd:
        click.echo(_unit(options), nl=False)
        return
    sys.exit(run(options, Screen()))


def _unit(options: Options) -> str:
    from plugins.routing.config.load import ConfigError
    from services.supervisor.options import read_config
    from services.supervisor.parts import models_dir
    from services.supervisor.systemd import unit

    try:
        models = models_dir(read_config(options.config))
    except ConfigError as error:
        raise click.ClickException("\n".join(str(problem) for problem in error.problems)) from error
    return unit(options, models, gpu=os.path.exists("/dev/nvidiactl") or os.path.exists("/dev/kfd"))
