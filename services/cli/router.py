"""``signalbox router``: train, measure and ask the intent classifier.

Knows: files of JSON lines, how figures are printed. Does not know: features, weights. scikit-learn is imported
by ``train`` alone, since the other commands have to start fast.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from plugins.classifier.artefact import ARTEFACT_DIR, ArtefactError, TrainedModel, load_model, read_card
from plugins.classifier.conversation import predict_messages
from plugins.classifier.corpus import Example, load_corpus, without_near_duplicates
from plugins.classifier.evaluation import evaluate as measure
from plugins.routing.config.spec import DEFAULT_INTENTS
from plugins.routing.types import INTENTS

_DIRECTORY = click.option(
    "--model",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=ARTEFACT_DIR,
    help="Folder of the model (default: the shipped one).",
)


@click.group()
def router() -> None:
    """Train, evaluate and ask the intent classifier."""


def _model(directory: Path) -> TrainedModel:
    try:
        return load_model(directory)
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error


def _json_lines(lines: TextIO, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place (``FILE:line``) and object of each line that is not blank."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise click.ClickException(f"{where}: not JSON ({error.msg})") from error
        if not isinstance(row, dict):
            raise click.ClickException(f"{where}: expected an object")
        yield where, row


def _labeled(path: Path) -> list[dict[str, str]]:
    rows = []
    with path.open(encoding="utf-8") as lines:
        for where, row in _json_lines(lines, str(path)):
            if not isinstance(row.get("text"), str) or row.get("intent") not in INTENTS:
                raise click.ClickException(
                    f'{where}: expected {{"text", "intent"}}, intent one of {", ".join(INTENTS)}'
                )
            rows.append({"text": row["text"], "intent": row["intent"]})
    return rows


@router.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, dir_okay=False), multiple=True,
              help='More rows, JSON lines of {"text", "intent"}; may be given several times.')  # fmt: skip
@click.option("--out", "directory", type=click.Path(path_type=Path, file_okay=False), default=ARTEFACT_DIR,
              help="Where the model is written (default: in place of the shipped one).")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="Seed of the generated examples.")
@click.option("--scale", default=1.0, show_default=True, help="How many generated examples; 0 takes none.")
@click.option("--folds", default=5, show_default=True, help="Folds of the validation by left-out families.")
def train(data: tuple[Path, ...], directory: Path, seed: int, scale: float, folds: int) -> None:
    """Train on the own corpus and on --data; validates, calibrates and writes model and card."""
    from plugins.classifier.generate import generate
    from plugins.classifier.training import train as fit

    added = [
        Example(row["text"], row["intent"], f"hand:data:{path.name}:{place // 8}")
        for path in data
        for place, row in enumerate(_labeled(path))
    ]
    examples = without_near_duplicates([*added, *load_corpus(), *generate(seed, scale)])
    note = f"generator seed {seed}, scale {scale}" + (f"; {len(added)} rows of --data" if added else "")
    card = fit(examples, directory, folds=folds, note=note)
    click.echo(json.dumps(card, indent=2, ensure_ascii=False))


@router.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_DIRECTORY
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(file: Path, directory: Path, as_json: bool) -> None:
    """Measure the model on FILE, JSON lines of {"text", "intent"}."""
    rows = _labeled(file)
    if not rows:
        raise click.ClickException(f"{file}: no rows")
    report = measure(_model(directory), rows)
    click.echo(json.dumps(report, indent=2) if as_json else _table(report))


def _table(report: dict[str, Any]) -> str:
    latency = report["latency_ms"]
    lines = [
        f"rows                  {report['rows']}",
        f"model                 {report['model']}",
        f"accuracy              {report['accuracy']:.3f}",
        f"macro-F1              {report['macro_f1']:.3f}",
        f"in top 2              {report['top2']:.3f}",
        f"small vs large        {report['balanced_small_large']:.3f} balanced accuracy",
        f"ECE                   {report['ece']:.3f}",
        f"threshold             {report['threshold']:.3f}",
        f"at threshold          coverage {report['coverage']:.3f}, precision {report['precision']:.3f}",
        f"latency               p50 {latency['p50']:.2f} ms, p99 {latency['p99']:.2f} ms",
        "",
        "intent            rows  precision  recall     F1",
    ]
    for intent, row in report["per_intent"].items():
        lines.append(f"{intent:16} {row['rows']:5.0f} {row['precision']:10.3f} {row['recall']:7.3f} {row['f1']:6.3f}")
    lines += ["", "confusion (true: predicted rows)"]
    for intent, row in report["confusion"].items():
        lines.append(f"{intent:16} " + ", ".join(f"{k} {v}" for k, v in sorted(row.items(), key=lambda kv: -kv[1])))
    lines += ["", "abstention: threshold  coverage  precision"]
    lines += [
        f"{threshold:21.2f} {coverage:9.3f} {precision:10.3f}"
        for threshold, coverage, precision in report["abstention"]
    ]
    return "\n".join(lines)


@router.command()
@_DIRECTORY
def classify(directory: Path) -> None:
    """Read JSON lines of {"text"} or {"messages"} on standard input, write an intent for each."""
    model = _model(directory)
    for where, row in _json_lines(sys.stdin, "stdin"):
        messages = row.get("messages", [{"role": "user", "content": row.get("text")}])
        text = row.get("text")
        if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
            raise click.ClickException(f'{where}: "messages" must be a list of objects')
        if "messages" not in row and not isinstance(text, str):
            raise click.ClickException(f'{where}: expected {{"text": "..."}} or {{"messages": [...]}}')
        found = predict_messages(model, messages)
        answer = {
            "intent": found.intent,
            "best": found.best,
            "confidence": round(found.confidence, 4),
            "second": found.second,
            "tier": DEFAULT_INTENTS[found.intent].label,
        }
        click.echo(json.dumps(answer))


@router.command()
@_DIRECTORY
def card(directory: Path) -> None:
    """Print the model card, after checking the model's digest."""
    _model(directory)
    click.echo(json.dumps(read_card(directory), indent=2, ensure_ascii=False))
