"""``signalbox backup`` and ``signalbox restore``.

Knows: flags, progress, what a person is told. Does not know: what is in a backup (``services.backup``).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from services.backup.create import Steps
    from services.supervisor.options import Options


def _where(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say which state is meant."""
    for option in (
        click.option("--config", metavar="FILE", help="YAML file [SIGNALBOX_CONFIG, ./litellm_config.yaml]"),
        click.option("--state", metavar="DIR", help="state directory [SIGNALBOX_STATE, ./.signalbox]"),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--verify", is_flag=True, help="make nothing: check every byte of FILE")
@_where
def backup(file: Path | None, verify: bool, state: str | None, config: str | None) -> None:
    """Write everything under the state directory that cannot be made again into one file.

    Keys, teams, spend and settings (the database), secrets, the decision log, and the YAML; not logs, models and
    counters of running minutes. It may run meanwhile. The file is checked after it was written. It
    holds every secret: it is readable by you alone, keep it so.

    \b
    Examples:
      signalbox backup                             signalbox-DATE.tar.gz in this folder
      signalbox backup /mnt/backups/today.tar.gz
      signalbox backup --verify /mnt/backups/today.tar.gz
    """
    from services.backup.archive import manifest_of, read
    from services.backup.create import create

    with _told(), _progress() as steps:
        if verify:
            if file is None:
                raise click.UsageError("--verify needs the FILE to check")
            found = read(file, None, steps("verify", sum(manifest_of(file).bytes.values())))
            made = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(found.made))
            told = [f"OK: {file}, made {made}, {len(found.sha256)} files, every checksum is right"]
        else:
            target = file or Path(time.strftime("signalbox-%Y%m%d-%H%M%S.tar.gz", time.gmtime()))
            done = create(_options(state, config), target, steps)
            told = [f"OK: {done.file}, {len(done.manifest.sha256)} files, {done.bytes / 1e6:.1f} MB, checked"]
            told += [f"warning: {warning}" for warning in done.warnings]
    click.echo("\n".join(told))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="set the state that is there aside (it is kept)")
@_where
def restore(file: Path, replace: bool, state: str | None, config: str | None) -> None:
    """Bring a backup into an empty state directory, or with --replace into a stopped one.

    Every byte is checked before anything is moved into place; where anything fails, all is as before. With DATABASE_URL
    set, the database goes there, and must be empty.

    \b
    Example:
      signalbox restore /mnt/backups/today.tar.gz --state .signalbox
    """
    from services.backup.bring_back import restore as bring_back

    options = _options(state, config)
    with _told(), _progress() as steps:
        done = bring_back(options, file, steps, replace=replace)
    made = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(done.manifest.made))
    click.echo(f"OK: {options.state.root} holds the state of {made}")
    if done.aside is not None:
        click.echo(f"what was there before is in {done.aside}; remove it when it is no longer needed")
    if done.config is not None:
        click.echo(f"the configuration was written to {done.config}")


def _options(state: str | None, config: str | None) -> Options:
    from services.supervisor.options import OptionError, read_options
    from services.supervisor.secret_files import with_secret_files

    try:
        return read_options(with_secret_files(os.environ), state=state, config=config)
    except OptionError as error:
        raise click.UsageError(str(error)) from error


@contextmanager
def _told() -> Iterator[None]:
    from services.backup.errors import BackupError

    try:
        yield
    except BackupError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _progress() -> Iterator[Steps]:
    """A bar for each step, on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _name, _total: lambda _count: None
        return
    columns = (TextColumn("{task.description:<9}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:

        def begin(name: str, total: int) -> Callable[[int], None]:
            task = bars.add_task(name, total=total or None)
            return lambda count: bars.update(task, advance=count)

        yield begin
