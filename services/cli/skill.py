"""``signalbox router skill``: small models for one task, trained from rows of one's own.

Knows: reading rows, versions, what is printed. Does not know: how a skill is trained or judged (``plugins.skills``).
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from plugins.classifier.artefact import ArtefactError, read_card
from plugins.classifier.versions import Versions
from plugins.skills.judging import Judged, is_better, judged
from plugins.skills.model import Skill, load_skill
from plugins.skills.rows import Row, RowError, read_row, split
from plugins.skills.shelf import trained, versions_of

_STATE = click.option(
    "--state", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    default=lambda: Path(os.environ.get("SIGNALBOX_STATE") or ".signalbox"),
    help="State directory [SIGNALBOX_STATE, ./.signalbox]",
)  # fmt: skip
_FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.group()
def skill() -> None:
    """Small models for one task: labels for a text, or the values of fields in it."""


def _versions(state: Path, name: str) -> Versions:
    try:
        return versions_of(state, name)
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error


def _rows(path: Path) -> list[Row]:
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            rows.append(read_row(value if isinstance(value, dict) else {}))
        except (RowError, json.JSONDecodeError) as error:
            raise click.ClickException(f"{path}:{number}: {error}") from error
    return rows


def _load(versions: Versions) -> Skill:
    try:
        return load_skill(versions.directory(versions.current()))
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error


@skill.command()
@click.argument("name")
@_FILE
@_STATE
@click.option("--precision", default=0.95, show_default=True, type=click.FloatRange(0.5, 1.0),
              help="Precision of its answers; where it would be lower it abstains.")  # fmt: skip
def train(name: str, file: Path, state: Path, precision: float) -> None:
    """Train the skill NAME on FILE, JSON lines of {"text", "label"} or {"text", "fields": {...}}.

    A fifth of the rows judges and never trains. The new version serves at once if it beats the present one on them.
    """
    from plugins.skills.training import train as fit

    versions, rows = _versions(state, name), _rows(file)
    versions.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=versions.folder.parent) as scratch:
        try:
            card = fit(name, rows, Path(scratch) / "model", precision=precision)
        except RowError as error:
            raise click.ClickException(f"{file}: {error}") from error
        target = versions.folder / str(card["version"])
        if not target.exists():
            (Path(scratch) / "model").rename(target)
    click.echo(_gate(versions, str(card["version"]), split(rows)[1]))
    click.echo(f"asked for as the model skill/{name} once gateway.skills has it: skills: {{{name}: {{}}}}")


def _gate(versions: Versions, version: str, rows: list[Row]) -> str:
    candidate = judged(load_skill(versions.directory(version)), rows)
    present = judged(_load(versions), rows) if versions.history() else None
    better = is_better(candidate, present)
    if better:
        versions.promote(version)
    lines = [_line("candidate", candidate), *([_line("present", present)] if present else [])]
    said = "in service" if better else "kept, not in service (`signalbox router skill promote` overrides)"
    return "\n".join([*lines, f"version {version}: {said}"])


def _line(name: str, one: Judged) -> str:
    return (
        f"{name:10} {one.version} rows {one.rows} accuracy {one.accuracy:.3f} coverage {one.coverage:.3f} "
        f"precision {one.precision:.3f} ECE {one.ece:.3f} stability {one.stability:.3f}"
    )


@skill.command()
@click.argument("name")
@_FILE
@_STATE
def evaluate(name: str, file: Path, state: Path) -> None:
    """Measure the version of NAME in service on FILE; one JSON object."""
    rows = _rows(file)
    if not rows:
        raise click.ClickException(f"{file}: no rows")
    click.echo(json.dumps(asdict(judged(_load(_versions(state, name)), rows)), indent=2))


@skill.command("list")
@_STATE
def list_(state: Path) -> None:
    """Every skill with its versions; the one in service has a star."""
    for name in trained(state):
        versions = _versions(state, name)
        serving = versions.history()[-1:]
        kept = " ".join(f"*{one}" if (one,) == serving else one for one in versions.kept())
        click.echo(f"{name}  {kept}")


@skill.command()
@click.argument("name")
@click.argument("version")
@_STATE
def promote(name: str, version: str, state: Path) -> None:
    """Take a kept VERSION of NAME into service; a running gateway has it at the next request."""
    try:
        _versions(state, name).promote(version)
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name}: version {version} is in service")


@skill.command()
@click.argument("name")
@click.argument("version", required=False)
@_STATE
def rollback(name: str, version: str | None, state: Path) -> None:
    """Back to VERSION of NAME, or to the one that served before."""
    try:
        click.echo(f"{name}: version {_versions(state, name).rollback(version)} is in service")
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error


@skill.command()
@click.argument("name")
@_STATE
def card(name: str, state: Path) -> None:
    """Print the card of the version of NAME in service, after checking its digest."""
    versions = _versions(state, name)
    _load(versions)
    click.echo(json.dumps(read_card(versions.directory(versions.current())), indent=2, ensure_ascii=False))


@skill.command()
@click.argument("name")
@_STATE
def classify(name: str, state: Path) -> None:
    """Answer texts from standard input, JSON lines of {"text"}; "sure" says whether it would answer at all."""
    found = _load(_versions(state, name))
    for number, line in enumerate(sys.stdin, 1):
        try:
            text = json.loads(line)["text"] if line.strip() else None
        except (ValueError, KeyError, TypeError) as error:
            raise click.ClickException(f'stdin:{number}: expected {{"text": "..."}}') from error
        if text is not None:
            answer = found.answer(str(text))
            said = {"fields": dict(answer.fields)} if answer.fields else {"label": answer.label}
            told = {**said, "confidence": round(answer.confidence, 4), "sure": answer.confidence >= found.threshold}
            click.echo(json.dumps(told, ensure_ascii=False))
