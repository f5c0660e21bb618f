"""``signalbox retrieval``: vector stores seen from the machine that keeps them.

Knows: the retrieval service's internal routes, where its address and key lie. Does not know: how anything is searched.
"""

from __future__ import annotations

import os
import time
from typing import Any

import click
import httpx

EXAMPLES = """
\b
Examples:
  signalbox retrieval status
  signalbox retrieval reindex vs_0123456789abcdef
  signalbox retrieval dead-letter --retry
  signalbox retrieval evaluate
"""
PREFIX = "/internal/retrieval"
STATE = click.option("--state", metavar="DIR", help="state directory [SIGNALBOX_STATE, .signalbox]")
POLL_S = 0.3


@click.group(epilog=EXAMPLES)
def retrieval() -> None:
    """Look after vector stores, and measure how well they are searched."""


@retrieval.command()
@STATE
def status(state: str | None) -> None:
    """How many stores, files and chunks there are, and what waits."""
    told = _Service(state).ask("GET", f"{PREFIX}/status")
    for name in ("stores", "files", "chunks", "waiting", "queued", "queue"):
        click.echo(f"{name:8} {told[name] if told[name] is not None else '-'}")


@retrieval.command()
@STATE
def stores(state: str | None) -> None:
    """Every vector store: files, chunks, class, embedding model."""
    service, after = _Service(state), ""
    while True:
        page = service.ask("GET", f"/v1/vector_stores?limit=100&order=asc{f'&after={after}' if after else ''}")
        for one in page["data"]:
            ours, counts = one["signalbox"], one["file_counts"]
            click.echo(
                f"{one['id']}  {counts['completed']}/{counts['total']} files  {ours['chunks']} chunks  "
                f"{ours['data_class']}  {ours['embedding_model']}  {one['name']}"
            )
        if not page["has_more"]:
            return
        after = page["last_id"]


@retrieval.command()
@click.argument("store")
@click.option("--force", is_flag=True, help="also where the embedding model is the same")
@STATE
def reindex(store: str, force: bool, state: str | None) -> None:
    """Embed a store anew with the model of now.

    Runs in the background: searches go on with the old index until the new one is whole (a store of another model is
    refused until then). Ctrl-C leaves it running; what is done stays done.
    """
    service = _Service(state)
    path = f"{PREFIX}/stores/{store}/reindex"
    told = service.ask("POST", f"{path}{'?force=true' if force else ''}")
    if not told["needed"]:
        click.echo("the store is of this model already (--force embeds it all the same)")
        return
    with click.progressbar(length=1000, label="reindex") as bar:
        shown = 0
        while (now := service.ask("GET", path)["reindex"]) is not None:
            done = 1000 * int(now["done"]) // max(1, int(now["total"]))
            bar.update(max(0, done - shown))
            shown = max(shown, done)
            time.sleep(POLL_S)
        bar.update(1000 - shown)
    click.echo("done")


@retrieval.command("dead-letter")
@click.option("--retry", is_flag=True, help="queue all of them again")
@STATE
def dead_letter(retry: bool, state: str | None) -> None:
    """Work that failed for good: what, of which store and file, when, why."""
    service = _Service(state)
    jobs = service.ask("GET", f"{PREFIX}/dead")["jobs"]
    for job in jobs:
        click.echo(f"{job['failed_at']}  {job['what']}  {job['subject']}  {job['reason']}")
    if not jobs:
        click.echo("nothing")
    elif retry:
        click.echo(f"queued again: {service.ask('POST', f'{PREFIX}/dead/retry')['queued']}")


@retrieval.command()
@click.option("--missed", is_flag=True, help="also the questions that were missed")
def evaluate(missed: bool) -> None:
    """Recall over 30 documents and 309 questions of our own, half of them held out. No service needs to run."""
    from services.retrieval.evaluation import corpus, evaluate
    from services.retrieval.minilm.convert import QUICK
    from services.retrieval.minilm.encoder import open_encoder
    from services.supervisor.state import state_at

    root = state_at(None).root
    documents, questions = corpus()
    figures, passages = evaluate(open_encoder(root, QUICK))
    click.echo(f"{len(questions)} questions, {len(documents)} documents, {passages} passages")
    click.echo("           recall@1  @3     @5     @10    MRR")
    for way in figures:
        if way.way == "hybrid":
            click.echo(f"{way.half}, {way.questions} questions")
        cells = "  ".join(f"{way.recall[k]:.3f}" for k in (1, 3, 5, 10))
        click.echo(f"{way.way:9}  {cells}  {way.mrr:.3f}")
    if missed:
        for question in (q for way in figures if way.way == "hybrid" for q in way.missed):
            click.echo(f"missed: {question}")


class _Service:
    """The running service of a state directory, as its administrator. Raises click.ClickException."""

    def __init__(self, state: str | None) -> None:
        from services.supervisor.fleet import told_parts
        from services.supervisor.state import read_json, state_at

        found = state_at(state or os.environ.get("SIGNALBOX_STATE"))
        parts = {part.get("name"): part for part in told_parts(read_json(found.parts))}
        ready = str(parts.get("retrieval", {}).get("readiness") or "")
        if not ready:
            raise click.ClickException(f"the retrieval service does not run in {found.root}: `signalbox up`")
        try:
            key = (found.secrets / "internal.key").read_text("utf-8").strip()
        except OSError as error:
            raise click.ClickException(f"the internal key cannot be read ({type(error).__name__})") from error
        self._headers = {"authorization": f"Bearer {key}", "x-signalbox-admin": "true"}
        self._base = ready.removesuffix("/health/readiness")

    def ask(self, method: str, path: str) -> dict[str, Any]:
        """The answer."""
        try:
            answer = httpx.request(method, self._base + path, headers=self._headers, timeout=60, trust_env=False)
        except httpx.HTTPError as error:
            raise click.ClickException(f"the retrieval service does not answer ({type(error).__name__})") from error
        if answer.status_code != 200:
            try:
                message = answer.json()["error"]["message"]
            except (ValueError, KeyError, TypeError):
                message = "no reason was given"
            raise click.ClickException(str(message))
        return dict(answer.json())
