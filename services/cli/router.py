"""``signalbox router``: train, measure and ask the intent classifier.

Knows: files of JSON lines, how figures are printed. Does not know: features, weights. scikit-learn is imported
by ``train`` alone, since the other commands have to start fast.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from plugins.classifier.artefact import ArtefactError, TrainedModel, load_model, read_card
from plugins.classifier.baselines import compare
from plugins.classifier.conversation import predict_messages, predict_text
from plugins.classifier.corpus import Example
from plugins.classifier.corrections import corrections
from plugins.classifier.evaluation import evaluate as measure
from plugins.classifier.gate import is_better, judge, measured
from plugins.classifier.stability import stability
from plugins.classifier.versions import Versions
from plugins.routing.config.spec import DEFAULT_INTENTS
from plugins.routing.feedback import feedback_rows
from plugins.routing.types import INTENTS
from services.cli.skill import skill

_STATE = click.option("--state", type=click.Path(path_type=Path, file_okay=False), envvar="SIGNALBOX_STATE",
                      default=Path(".signalbox"), show_default=True, help="State folder.")  # fmt: skip
_DIRECTORY = click.option(
    "--model",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder of the model (default: the version in service).",
)


@click.group()
def router() -> None:
    """Train, evaluate and ask the intent classifier; train skills."""


router.add_command(skill)


def _in_service(directory: Path | None) -> Path:
    if directory is not None:
        return directory
    versions = Versions(Path(os.environ.get("SIGNALBOX_STATE") or ".signalbox"))
    try:
        return versions.directory(versions.current())
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error


def _model(directory: Path | None) -> TrainedModel:
    try:
        return load_model(_in_service(directory))
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
@click.option(
    "--texts",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='Texts of decisions that people judged, JSON lines of {"decision_id", "text"}: the gateway keeps none.',
)
@click.option("--out", "directory", type=click.Path(path_type=Path, file_okay=False), default=None,
              help="Only write the model there; nothing is taken into service.")  # fmt: skip
@_STATE
@click.option("--seed", default=1, show_default=True, help="Seed of the generated examples.")
@click.option("--scale", default=1.0, show_default=True, help="How many generated examples; 0 takes none.")
@click.option("--folds", default=5, show_default=True, help="Folds of the validation by left-out families.")
def train(
    data: tuple[Path, ...], texts: Path | None, directory: Path | None, state: Path, seed: int, scale: float, folds: int
) -> None:
    """Train on the own corpus, on --data, and on the feedback for --texts. The model becomes a version under the state
    folder, and is taken into service if it beats the present one on the frozen rows and in stability."""
    from plugins.classifier.examples import training_examples
    from plugins.classifier.training import train as fit

    added = [
        Example(row["text"], row["intent"], f"hand:data:{path.name}:{place // 8}")
        for path in data
        for place, row in enumerate(_labeled(path))
    ]
    added += _corrections(state, texts) if texts is not None else ()
    examples = training_examples(added, seed=seed, scale=scale)
    note = f"generator seed {seed}, scale {scale}" + (f"; {len(added)} own rows" if added else "")
    if directory is not None:
        click.echo(json.dumps(fit(examples, directory, folds=folds, note=note), indent=2, ensure_ascii=False))
        return
    versions = Versions(state)
    versions.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=versions.folder.parent) as scratch:
        version = str(fit(examples, Path(scratch) / "model", folds=folds, note=note)["version"])
        target = versions.folder / version
        if not target.exists():
            (Path(scratch) / "model").rename(target)
    click.echo(_gate(versions, version))


def _gate(versions: Versions, version: str) -> str:
    """Promotes ``version`` if it is better than the one in service; says what was measured."""
    candidate = measured(_model(versions.directory(version)))
    present = measured(_model(versions.directory(versions.current())))
    better = is_better(candidate, present)
    if better:
        versions.promote(version)
    rows = [
        f"{name:10} {one.version} accuracy {one.accuracy:.3f} sure {one.sure:.3f} "
        f"stability {one.stability:.3f} nonsense {one.nonsense:.3f}"
        for name, one in (("candidate", candidate), ("present", present))
    ]
    said = "taken into service" if better else f"kept, not in service (`signalbox router promote {version}` overrides)"
    return "\n".join([*rows, f"version {version}: {said}"])


def _corrections(state: Path, path: Path) -> tuple[Example, ...]:
    """What people said of the decisions whose texts are in ``path``."""
    with path.open(encoding="utf-8") as lines:
        texts = {str(row.get("decision_id")): str(row.get("text", "")) for _, row in _json_lines(lines, str(path))}
    found = corrections(feedback_rows(state / "feedback.sqlite"), {k: v for k, v in texts.items() if v.strip()})
    click.echo(f"{len(found)} of {len(texts)} texts were judged", err=True)
    return found


@router.command()
@click.argument("version")
@_STATE
def promote(version: str, state: Path) -> None:
    """Take a kept VERSION into service; "shipped" is the one that comes with the code."""
    try:
        Versions(state).promote(version)
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"version {version} is in service")


@router.command()
@click.argument("version", required=False)
@_STATE
def rollback(version: str | None, state: Path) -> None:
    """Back to VERSION, or to the one that served before the present one."""
    try:
        click.echo(f"version {Versions(state).rollback(version)} is in service")
    except ArtefactError as error:
        raise click.ClickException(str(error)) from error


@router.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_DIRECTORY
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(file: Path, directory: Path | None, as_json: bool) -> None:
    """Measure the model on FILE, JSON lines of {"text", "intent"}."""
    rows = _labeled(file)
    if not rows:
        raise click.ClickException(f"{file}: no rows")
    model = _model(directory)
    report = measure(model, rows)
    texts, truth = [row["text"] for row in rows], [row["intent"] for row in rows]
    found = [predict_text(model, text) for text in texts]
    ours = {"signalbox, best label": [p.best for p in found], "signalbox, with unsure": [p.intent for p in found]}
    others, report["not_available"] = _heuristics(texts)
    report["comparison"] = compare(truth, ours, others)
    report["stability"] = stability(judge(model), texts)
    click.echo(json.dumps(report, indent=2) if as_json else _table(report))


def _heuristics(texts: list[str]) -> tuple[dict[str, list[bool]], str]:
    """What LiteLLM's heuristics say, in a process of their own, or nothing and why."""
    command = [sys.executable, "-m", "plugins.litellm_adapter.heuristics"]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=False)
    if done.returncode:
        return {}, f"LiteLLM heuristics: not available ({(done.stderr.strip().splitlines() or ['no reason'])[-1]})"
    found: dict[str, list[bool]] = json.loads(done.stdout.splitlines()[-1])
    return found, ""


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
    lines += ["", "needs a large model?      accuracy  balanced  sent to large"]
    lines += [
        f"{name:25} {row['accuracy']:8.3f} {row['balanced']:9.3f} {row['large']:14.3f}"
        for name, row in report["comparison"].items()
    ]
    kept = report["stability"]
    lines += [report["not_available"]] if report["not_available"] else []
    lines += ["", f"stability             {kept['tiers']:.3f} of tiers, {kept['intents']:.3f} of intents unchanged in "
              f"{kept['changed_texts']} changed texts"]  # fmt: skip
    lines += [f"  {name:19} {share:.3f}" for name, share in kept["by_change"].items()]
    return "\n".join(lines)


@router.command()
@_DIRECTORY
def classify(directory: Path | None) -> None:
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
            "tier": found.tier(DEFAULT_INTENTS).label,
        }
        click.echo(json.dumps(answer))


@router.command()
@_DIRECTORY
@click.option("--measure", "again", is_flag=True, help="Validate as training did (minutes), and add the confusions.")
@click.option("--folds", type=int, default=None, help="Of --measure, where the card does not say.")
def card(directory: Path | None, again: bool, folds: int | None) -> None:
    """Print the model card, after checking the model's digest."""
    _model(directory)
    if again:
        from plugins.classifier.examples import training_examples
        from plugins.classifier.training import measure_again

        try:
            measure_again(training_examples(), _in_service(directory), folds)
        except ArtefactError as error:
            raise click.ClickException(str(error)) from error
    click.echo(json.dumps(read_card(_in_service(directory)), indent=2, ensure_ascii=False))
