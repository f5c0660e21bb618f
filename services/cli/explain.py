"""``signalbox explain``: decisions without a running gateway.

Knows: reading bodies, one a line, and printing decisions. Does not know: how a decision is made. The deployments are
those that ``up`` would render; found ones are taken from what it rendered last. LiteLLM is never imported.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from plugins.routing.router import Router
    from plugins.routing.types import Decision

EXAMPLES = """
\b
Examples:
  signalbox explain --text "translate this to French: good morning"
  signalbox explain --text "salaries of our staff" --data-class restricted --pretty
  signalbox explain --config site.yaml < requests.jsonl > decisions.jsonl
"""

_Answer = tuple[dict[str, Any], str]


@click.command(epilog=EXAMPLES)
@click.option("--text", help="one user message instead of standard input")
@click.option("--model", default="auto", show_default=True, help="what --text, or a line without a model, asks for")
@click.option("--config", "file", metavar="FILE", help="YAML file [SIGNALBOX_CONFIG, ./litellm_config.yaml]")
@click.option("--state", metavar="DIR", help="where found deployments are read from [SIGNALBOX_STATE, ./.signalbox]")
@click.option(
    "--data-class", metavar="CLASS", help="what the requests are declared to be: public, internal, restricted"
)
@click.option("--pretty", is_flag=True, help="for people, not for programs")
def explain(
    text: str | None, model: str, file: str | None, state: str | None, data_class: str | None, pretty: bool
) -> None:
    """Where requests would go, and why. Nothing is sent, and no service needs to run.

    Reads OpenAI chat bodies from standard input, one JSON object a line, and prints a decision for each:
    {"intent","confidence","data_class","tier","chosen","fallbacks","denied_by","reasons"}. A line that cannot be read
    gives {"error"} in its place, and the exit status is then 1.
    """
    decide = _decider(_router(file, state), data_class, model)
    if text is not None:
        body = {"model": model, "messages": [{"role": "user", "content": text}]}
        lines: Iterable[str] = [json.dumps(body)]
    else:
        if sys.stdin.isatty():
            click.echo("reading chat bodies, one JSON object a line (Ctrl-D ends; or use --text)", err=True)
        lines = _lines()
    failed = False
    for line in lines:
        told, readable = _answer(line, decide)
        failed = failed or "error" in told
        click.echo(readable if pretty else json.dumps(told, ensure_ascii=False))
    sys.exit(1 if failed else 0)


def _lines() -> Iterator[str]:
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace").strip().removeprefix("\ufeff")
        if line:
            yield line


def _router(file: str | None, state: str | None) -> Router:
    from plugins.assembly import build_router
    from plugins.routing.config.load import ConfigError
    from services.supervisor.offline import config_as_rendered
    from services.supervisor.options import OptionError, read_options

    try:
        options = read_options(os.environ, config=file, state=state)
        config = config_as_rendered(options)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(2)
    except OptionError as error:
        raise click.UsageError(str(error)) from error
    return build_router(config, base_dir=Path(config.path).absolute().parent)


def _decider(router: Router, data_class: str | None, model: str) -> Callable[[Any], Decision]:
    from plugins.routing.openai_request import facts_from_body
    from plugins.routing.types import Caller, DataClass

    try:
        declared = None if data_class is None else DataClass[data_class.strip().upper()]
    except KeyError:
        valid = ", ".join(member.label for member in DataClass)
        raise click.UsageError(f'--data-class: unknown data class "{data_class}" (valid: {valid})') from None
    caller = Caller(is_admin=True, may_declare=True, declared=declared)

    def decide(body: Any) -> Decision:
        if isinstance(body, dict):
            body.setdefault("model", model)
        facts = facts_from_body(body, caller=caller, request_id="explain")
        # Lines are no conversation: what one of them is classed as must not stick to the next.
        return router.decide(replace(facts, conversation=""))

    return decide


def _answer(line: str, decide: Callable[[Any], Decision]) -> _Answer:
    from plugins.routing.explain import explain as told
    from plugins.routing.explain import pretty
    from plugins.routing.openai_request import BadRequest

    try:
        decision = decide(json.loads(line))
    except BadRequest as error:
        return _error(error.message, error.param)
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        return _error(f"the line is not a JSON object: {why}", None)
    return told(decision), pretty(decision)


def _error(message: str, param: str | None) -> _Answer:
    where = f"{param}: " if param else ""
    return {"error": {"message": message, "param": param}}, f"error: {where}{message}"
