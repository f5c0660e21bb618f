"""``signalbox ledger``: prove what left, what stayed and what was refused.

Knows: flags, tables, CSV and JSON lines. Does not know: the chain (``plugins.ledger``). Reads files: no service needs
to run, and an auditor needs a copy of ``STATE/ledger`` alone (``--ledger``).
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from plugins.ledger.chain import Checkpoint
    from plugins.ledger.query import Question

CLASSES = ("public", "internal", "restricted")


def _where(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--ledger", "folder", type=click.Path(path_type=Path), help="a copy of it [STATE/ledger]"),
        click.option("--state", metavar="DIR", help="state directory [SIGNALBOX_STATE, ./.signalbox]"),
    ):
        command = option(command)
    return command


def _asked(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--class", "data_class", type=click.Choice(CLASSES), help="only this class"),
        click.option("--left", "event", flag_value="left", help="only what left"),
        click.option("--kept", "event", flag_value="kept", help="only what was served inside"),
        click.option("--refused", "event", flag_value="refused", help="only what was refused"),
        click.option("--key", help="only of this key (its hash)"),
        click.option("--decision", help="only of this decision"),
        click.option("--host", help="only what went to this host"),
        click.option("--since", metavar="TIME", help="90d, 12h, or a date such as 2026-07-01 (UTC)"),
        click.option("--until", metavar="TIME", help="the same"),
    ):
        command = option(command)
    return command


@click.group()
def ledger() -> None:
    """What left, what stayed and what was refused: prove it, ask for it."""


@ledger.command()
@click.option(
    "--against", multiple=True, metavar="FILE", help="checkpoints kept elsewhere, one a line; - reads standard input"
)
@_where
def verify(against: tuple[str, ...], state: str | None, folder: Path | None) -> None:
    """Check every record, every link and every signature. Exits 1 where something was changed, removed or cut off.

    \b
    Examples:
      signalbox ledger verify
      signalbox ledger verify --against /mnt/witness/signalbox.jsonl
    """
    from plugins.ledger.verify import verify as look

    found = look(_folder(state, folder), _checkpoints(against))
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    for problem in found.problems:
        click.echo(f"problem: {problem}", err=True)
    counted = f"{found.records} records, {found.checkpoints} checkpoints, {found.against} kept elsewhere"
    if found.problems:
        click.echo(f"NOT INTACT: {counted}", err=True)
        sys.exit(1)
    click.echo(f"OK: {counted}; the last record is {found.last}")
    if not found.against:
        click.echo("Who holds this machine could have written all of it anew: --against CHECKPOINT shows that.")


@ledger.command()
@_asked
@_where
def query(state: str | None, folder: Path | None, **asked: Any) -> None:
    """Print the records asked for, and how many there are.

    \b
    Did anything restricted leave in the last quarter?
      signalbox ledger query --class restricted --left --since 90d
    """
    count = 0
    for record in _found(state, folder, asked):
        if not count:
            click.echo(f"{'when (UTC)':<20}{'event':<9}{'class':<11}{'rule':<18}{'host':<28}{'bytes':>9}  decision")
        count += 1
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(record.get("at", 0)))
        place = record.get("host") or record.get("deployment") or "-"
        rule = record.get("reason") or record.get("rule") or "-"
        click.echo(
            f"{when:<20}{record['event']:<9}{record.get('class', '-'):<11}{rule:<18}{place:<28}"
            f"{record.get('bytes', '-'):>9}  {record.get('decision', '-')}"
        )
    click.echo(f"{count} record{'' if count == 1 else 's'}")


@ledger.command()
@click.option("--csv", "form", flag_value="csv", help="comma-separated, with a first line of names")
@click.option("--jsonl", "form", flag_value="jsonl", default=True, help="one JSON object a line (the default)")
@_asked
@_where
def export(form: str, state: str | None, folder: Path | None, **asked: Any) -> None:
    """Write the records asked for to standard output.

    \b
    Example:
      signalbox ledger export --csv --since 2026-07-01 > quarter.csv
    """
    from plugins.ledger.query import COLUMNS

    rows = _found(state, folder, asked)
    if form == "csv":
        table = csv.writer(sys.stdout)
        table.writerow(COLUMNS)
        for row in rows:
            table.writerow([_cell(row.get(name, "")) for name in COLUMNS])
    else:
        for row in rows:
            click.echo(json.dumps({name: row[name] for name in COLUMNS if name in row}))


@ledger.command()
@_where
def checkpoint(state: str | None, folder: Path | None) -> None:
    """Print the signed place of the latest record: keep it elsewhere, and `verify --against` proves the past."""
    from plugins.ledger.chain import read_checkpoint
    from plugins.ledger.store import HEAD

    try:
        head = read_checkpoint((_folder(state, folder) / HEAD).read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise click.ClickException("the ledger has no record yet, or its head is broken: verify it") from error
    click.echo(head.text())


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula is not one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _folder(state: str | None, folder: Path | None) -> Path:
    from plugins.ledger.book import FOLDER
    from services.supervisor.state import state_at

    found = folder or state_at(state).root / FOLDER
    if not found.is_dir():
        raise click.ClickException(f"there is no ledger in {found}: it is made with the first request")
    return found


def _checkpoints(files: tuple[str, ...]) -> list[Checkpoint]:
    from plugins.ledger.chain import read_checkpoint

    made = []
    for name in files:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text("ascii")
            made += [read_checkpoint(row) for row in text.splitlines() if row.strip()]
        except (OSError, ValueError) as error:
            raise click.ClickException(f"{name} holds no checkpoints: {error}") from error
    if files and not made:
        raise click.ClickException("there is no checkpoint in what was given")
    return made


def _found(state: str | None, folder: Path | None, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from plugins.ledger import query as questions

    return questions.found(_folder(state, folder), _question(asked))


def _question(asked: dict[str, Any]) -> Question:
    from plugins.ledger.query import Question, since_of

    now = time.time()
    try:
        times = {name: since_of(asked[name], now) if asked[name] else None for name in ("since", "until")}
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return Question(**{**asked, **times})
