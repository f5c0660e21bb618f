"""``signalbox models``: list, pull, import and remove local models.

Knows: flags, tables, progress bars. Does not know: how files are fetched or kept (``services.models``).
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from services.models.fetch import Progress
    from services.models.store import Row

_DIR = click.option(
    "--models-dir", type=click.Path(path_type=Path, file_okay=False), help="the folder [of the YAML file, ./models]"
)
_CONFIG = click.option("--config", "file", metavar="FILE", help="YAML file [SIGNALBOX_CONFIG, ./litellm_config.yaml]")


@click.group()
def models() -> None:
    """List, fetch, import and remove local models (*.gguf, and Whisper's ggml-*.bin)."""


@models.command(name="list")
@_DIR
@_CONFIG
@click.option("--verify", is_flag=True, help="compute checksums (reads every byte)")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def list_models(models_dir: Path | None, file: str | None, verify: bool, as_json: bool) -> None:
    """The model files here, what Ollama and vLLM offer, and what `pull` knows by name.

    \b
    Examples:
      signalbox models list
      signalbox models list --verify --json
    """
    from services.models.catalogue import catalogue
    from services.models.store import rows

    folder, discovery = _where(models_dir, file)
    found, served = rows(folder, verify=verify), _served(discovery)
    if as_json:
        known = [asdict(row) for row in catalogue()]
        told = {"folder": str(folder), "files": [asdict(r) for r in found], "served": served, "catalogue": known}
        click.echo(json.dumps(told, indent=1))
        return
    _print_files(folder, found)
    for entry in served:
        info = entry["model_info"]
        click.echo(
            f"{info['found']:8} {entry['model_name']}  ({info['tier']}, {info.get('context_window', '?')} tokens)"
        )
    click.echo("\nsignalbox models pull NAME:")
    here = {row.file for row in found}
    for listed in catalogue():
        mark = "here" if listed.file in here else listed.size
        click.echo(f"  {listed.name:14} {mark:8} {listed.license:11} {listed.about}")


@models.command()
@click.argument("name")
@_DIR
@_CONFIG
@click.option("--sha256", metavar="HEX", help="the file's checksum; needed for a plain URL")
def pull(name: str, models_dir: Path | None, file: str | None, sha256: str | None) -> None:
    """Fetch a model: a NAME that `list` shows, hf:owner/repo/file.gguf, or a URL.

    A broken download is taken up where it broke. The file gets its name only when its checksum is right.
    Mirrors: SIGNALBOX_MODEL_MIRROR (plain files), HF_ENDPOINT (the hub's layout).

    \b
    Examples:
      signalbox models pull qwen3-4b
      signalbox models pull whisper-base
      signalbox models pull hf:Qwen/Qwen3-1.7B-GGUF/Qwen3-1.7B-Q8_0.gguf
      signalbox models pull https://files.internal/m.gguf --sha256 0f3c...
    """
    from services.models.catalogue import wanted
    from services.models.pull import pull as fetch_model

    with _told():
        folder, _ = _where(models_dir, file)
        asked = wanted(name, os.environ, sha256)
        click.echo(f"{asked.url}" + (f"  (license: {asked.license})" if asked.license else ""), err=True)
        with _bar(asked.file) as progress:
            path = fetch_model(asked, folder, os.environ, progress)
    click.echo(f"{path}\nA running gateway finds it by itself within seconds.")


@models.command(name="import")
@click.argument("path", type=click.Path(path_type=Path))
@_DIR
@_CONFIG
@click.option("--link", is_flag=True, help="hard link instead of a copy, where both are on one disk")
def import_(path: Path, models_dir: Path | None, file: str | None, link: bool) -> None:
    """Copy a model file into the folder, from a stick for instance; its header and checksum are checked.

    \b
    Example:
      signalbox models import /media/usb/model.gguf
    """
    from services.models.store import import_model

    with _told():
        folder, _ = _where(models_dir, file)
        with _bar(path.name) as progress:
            made = import_model(path, folder, progress, link=link)
    click.echo(f"{made}\nA running gateway finds it by itself within seconds.")


@models.command()
@click.argument("name")
@_DIR
@_CONFIG
def remove(name: str, models_dir: Path | None, file: str | None) -> None:
    """Delete a model file from the folder.

    \b
    Example:
      signalbox models remove Qwen3-4B-Q4_K_M
    """
    from services.models.store import remove as delete

    with _told():
        for gone in delete(name, _where(models_dir, file)[0]):
            click.echo(f"removed {gone}")


def _where(models_dir: Path | None, file: str | None) -> tuple[Path, Any]:
    """(folder, discovery section): the flag, else what the YAML file says, relative to it."""
    from plugins.routing.config.load import ConfigError
    from services.supervisor.options import OptionError, read_config, read_options

    try:
        config = read_config(read_options(os.environ, config=file).config)
    except (ConfigError, OptionError) as error:
        raise click.UsageError(str(error)) from error
    discovery = config.spec.discovery
    folder = Path(config.path).parent / (discovery.models_dir or "models")
    return models_dir or folder, discovery


def _served(discovery: Any) -> list[dict[str, Any]]:
    """What running servers offer, asked for at most three seconds."""
    from services.discovery.discover import discover

    servers = discovery.model_copy(update={"models_dir": None, "cloud": False})
    return asyncio.run(discover(servers, env=os.environ, root=Path(), llm_base_url=None, timeout_s=3.0))


def _print_files(folder: Path, found: list[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not found:
        click.echo(
            f"No model files in {folder}. Add one:\n  signalbox models pull qwen3-4b\n  signalbox models import FILE"
        )
        return
    table = Table(box=None, pad_edge=False, title=f"Model files in {folder}", title_justify="left")
    for heading in ("name", "size", "parameters", "context", "kind", "sha256"):
        table.add_column(heading, overflow="fold")
    for row in found:
        weights = f"{row.parameters / 1e9:.2g} B" if row.parameters else "?"
        size = f"{row.size_bytes / 1e9:.2f} GB" if row.size_bytes > 1e7 else f"{row.size_bytes / 1e6:.2f} MB"
        table.add_row(row.name, size, weights, str(row.context or "?"), row.kind, row.checksum)
    Console().print(table)
    for row in found:
        if row.problem:
            click.echo(f"! {row.problem}")


@contextmanager
def _told() -> Iterator[None]:
    """Errors that people can act on become one message and exit status 1."""
    from services.models.errors import ModelError

    try:
        yield
    except ModelError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        raise click.ClickException("stopped; what has arrived is kept, the same command continues it") from None


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    """A progress bar on standard error; nothing where that is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    columns = ("{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _done, _total: None
        return
    with Bar(*columns, console=console) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
