"""``signalbox config preview FILE``: what another YAML would have done.

Knows: reading both files, the decision log or a file of requests, and printing the difference. Does not know: how a
decision is made or compared (``plugins.routing.preview``). Nothing is sent and nothing is changed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from plugins.routing.config.load import Config
    from plugins.routing.preview import Preview, Side
    from plugins.routing.replay import Asked
    from plugins.routing.router import Router

MOST_FLIPS = 20
LOG_FILE = "decisions.sqlite"

EXAMPLES = """
\b
Examples:
  signalbox config preview next.yaml
  signalbox config preview next.yaml --last 50000 --json
  signalbox config preview next.yaml --requests requests.jsonl
"""


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--config", "present", metavar="FILE", help="the YAML in use [SIGNALBOX_CONFIG, ./litellm_config.yaml]")
@click.option("--state", metavar="DIR", help="where the decision log is [SIGNALBOX_STATE, ./.signalbox]")
@click.option("--requests", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Chat bodies, one JSON object a line, instead of logged decisions.")  # fmt: skip
@click.option("--last", default=10_000, show_default=True, type=click.IntRange(1), help="Logged decisions to replay.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def preview(
    file: Path, present: str | None, state: str | None, requests: Path | None, last: int, as_json: bool
) -> None:
    """Decide logged requests again under FILE and say what would change: shares of the tiers, cost, expected latency,
    requests that would go elsewhere, and whatever could cross the boundary that may not today.

    The log holds no text, so a changed detector, answer book or classifier shows only with --requests. Exits 1 where
    the boundary would get weaker, 2 where a file is broken.
    """
    from plugins.routing.preview import means_of
    from plugins.routing.preview import preview as compare

    before, after, log = _configs(file, present, state)
    rows = _rows(log, last)
    if requests is not None:
        old, new, asked = _from_file(before, after, requests)
        found = compare(old, new, asked, means=means_of(rows))
    else:
        found = replay(before, after, rows)
    if found.requests == 0:
        click.echo(f"no requests: nothing in {log}; --requests FILE takes bodies instead", err=True)
    click.echo(json.dumps(asdict(found), indent=2) if as_json else as_text(found))
    sys.exit(1 if found.regresses else 0)


def replay(before: Config, after: Config, rows: Sequence[dict[str, Any]]) -> Preview:
    """The preview of ``after`` on rows of the decision log that ``before`` decided."""
    from plugins.assembly import replay_router
    from plugins.routing.preview import means_of
    from plugins.routing.preview import preview as compare
    from plugins.routing.replay import asked_again

    asked = [one for row in rows if (one := asked_again(row, before.spec, after.spec)) is not None]
    skipped = len(rows) - len(asked)
    return compare(replay_router(before), replay_router(after), asked, means=means_of(rows), skipped=skipped)


def _configs(file: Path, present: str | None, state: str | None) -> tuple[Config, Config, Path]:
    from plugins.routing.config.load import ConfigError
    from services.supervisor.offline import config_as_rendered
    from services.supervisor.options import OptionError, read_options

    try:
        options = read_options(os.environ, config=present, state=state)
        after = config_as_rendered(replace(options, config=file))
        return config_as_rendered(options), after, options.state.root / LOG_FILE
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(2)
    except OptionError as error:
        raise click.UsageError(str(error)) from error


def _rows(log: Path, last: int) -> list[dict[str, Any]]:
    from plugins.routing.decision_log import DecisionLog

    return DecisionLog(log, 0).recent(last)


def _from_file(before: Config, after: Config, requests: Path) -> tuple[Router, Router, list[Asked]]:
    """Routers and what both see in each request; a line that is no request ends the command with its place."""
    from plugins.assembly import build_router
    from plugins.routing.openai_request import BadRequest, facts_from_body
    from plugins.routing.replay import Asked
    from plugins.routing.types import Caller

    old, new = (build_router(one, base_dir=Path(one.path).absolute().parent) for one in (before, after))
    asked: list[Asked] = []
    for number, line in enumerate(requests.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            body = {"model": "auto", **json.loads(line)}
            facts = replace(facts_from_body(body, caller=Caller(), request_id="preview"), conversation="")
        except (ValueError, TypeError) as error:
            raise click.ClickException(f"{requests}:{number}: not a JSON object") from error
        except BadRequest as error:
            raise click.ClickException(f"{requests}:{number}: {error.message}") from error
        sides = (old.decide(facts).signals, new.decide(facts).signals)
        asked.append(Asked(facts, *sides, facts.token_estimate + (facts.max_output_tokens or 0)))
    return old, new, asked


def as_text(found: Preview) -> str:
    """The preview for people."""
    lines = [
        f"{found.requests} requests decided again" + (f", {found.skipped} not replayable" if found.skipped else "")
    ]
    tiers = dict.fromkeys((*found.before.shares, *found.after.shares))
    rows = [("served", *(_share(s.served, found.requests) for s in (found.before, found.after)))]
    rows += [(f"share {t}", *(f"{s.shares.get(t, 0):.1%}" for s in (found.before, found.after))) for t in tiers]
    rows += [("cost", *(f"${s.cost_usd:.4f}" for s in (found.before, found.after)))]
    rows += [("expected latency L", *(_latency(s) for s in (found.before, found.after)))]
    lines += ["", f"{'':20} {'present':>16} {'new':>16}"]
    lines += [f"{name:20} {old:>16} {new:>16}" for name, old, new in rows]
    lines += ["", f"would go elsewhere: {sum(flip.count for flip in found.flips)} requests"]
    for flip in found.flips[:MOST_FLIPS]:
        what = f"{flip.capability}, {flip.intent}, {flip.data_class}"
        lines.append(f"  {flip.count:6}  {what}: {flip.before} -> {flip.after}")
    if len(found.flips) > MOST_FLIPS:
        lines.append(f"  and {len(found.flips) - MOST_FLIPS} more kinds (--json shows all)")
    lines += [
        "",
        "boundary: nothing could go where it may not go today" if not found.regresses else "BOUNDARY GETS WEAKER",
    ]
    lines += [f"  gateway.boundary.{key}" for key in found.loosened]
    lines += [
        f"  {c.count:6}  class {c.data_class} could reach {c.model_group} at {c.location}" for c in found.crossings
    ]
    return "\n".join(lines)


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if total else "-"


def _latency(side: Side) -> str:
    if side.latency.ms is None:
        return "not measured"
    partly = f" ({side.latency.measured_share:.0%})" if side.latency.measured_share < 1 else ""
    return f"{side.latency.ms:.0f} ms{partly}"
