"""``signalbox boundary``: what the data boundary sees.

Knows: reading texts and printing what detectors find. Does not know: how anything is found. No service needs to run.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from services.cli.erase import erase

if TYPE_CHECKING:
    from plugins.detectors.finder import Finder
    from plugins.routing.config.spec import Boundary

EXAMPLES = """
\b
Examples:
  echo '{"text": "my card is 4111 1111 1111 1111"}' | signalbox boundary scan
  signalbox boundary scan --config site.yaml < texts.jsonl > found.jsonl
  signalbox boundary evaluate labelled.jsonl
"""


@click.group()
def boundary() -> None:
    """Look at texts as the data boundary does; remove what somebody left behind."""


boundary.add_command(erase)


@boundary.command(epilog=EXAMPLES)
@click.option("--config", "file", metavar="FILE", help="YAML file with classes and terms [the shipped defaults]")
def scan(file: str | None) -> None:
    """What detectors find, and the class that it gives a text that nobody labelled.

    Reads {"text"} from standard input, one JSON object a line, and prints for each
    {"data_class","spans":[{"type","start","end","score"}]}. Places count characters; the class is public where
    nothing is found. A line that cannot be read gives {"error"} in its place, and the exit status is then 1.
    """
    rules, finder = _finder(file)
    failed = False
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace").strip().removeprefix("\ufeff")
        if line:
            told = _scanned(line, rules, finder)
            failed = failed or "error" in told
            click.echo(json.dumps(told, ensure_ascii=False))
    sys.exit(1 if failed else 0)


@boundary.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--config", "file", metavar="FILE", help="YAML file with classes and terms [the shipped defaults]")
def evaluate(path: Path, file: str | None) -> None:
    """How well detectors do on texts whose spans are known.

    FILE: one {"text", "spans": [{"type", "start", "end"}]} a line; a line with no spans must give none. Prints the
    share of texts with spans in which something is found, the share of the others that is a false alarm, and figures
    by type.
    """
    from plugins.detectors.measure import Measured

    _, finder = _finder(file)
    measured = Measured()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip():
            try:
                record = json.loads(line)
                measured.add(finder.spans(record["text"]), record.get("spans", ()))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise click.ClickException(f"{path}:{number}: not an object with a text and its spans") from None
    click.echo(f"recall by record       {measured.recall:.4f}  ({measured.hits} of {measured.with_spans} with spans)")
    click.echo(f"false alarms by record {measured.false_alarms:.4f}  ({measured.alarms} of {measured.without} without)")
    click.echo(f"\n{'type':<18}{'spans':>7}{'found':>8}{'as this':>9}{'of told right':>15}")
    for type_, count, met, named, right in measured.rows():
        click.echo(f"{type_:<18}{count:>7}{met:>8.3f}{named:>9.3f}{right:>15.3f}")


def _finder(file: str | None) -> tuple[Boundary, Finder]:
    from plugins.detectors.finder import Finder
    from plugins.detectors.terms import TermsError
    from plugins.routing.config.load import ConfigError, load_config
    from plugins.routing.config.spec import Boundary

    rules = Boundary()
    try:
        if file is not None:
            path = Path(file)
            rules = load_config(path).spec.boundary
            names = tuple(str(path.absolute().parent / name) for name in rules.terms_files)
            rules = rules.model_copy(update={"terms_files": names})
        return rules, Finder(rules)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
    except (TermsError, OSError) as error:
        click.echo(f"error: {error}", err=True)
    sys.exit(2)


def _scanned(line: str, rules: Boundary, finder: Finder) -> dict[str, Any]:
    from plugins.detectors.verdict import class_of

    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": {"message": "the line is not a JSON object", "param": None}}
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str):
        return {"error": {"message": 'the line must be an object with a "text" that is a string', "param": "text"}}
    spans = finder.spans(text)
    counts: dict[str, int] = {}
    for span in spans:
        counts[span.type] = counts.get(span.type, 0) + 1
    return {
        "data_class": class_of(counts, rules).label,
        "spans": [{"type": s.type.upper(), "start": s.start, "end": s.end, "score": s.score} for s in spans],
    }
