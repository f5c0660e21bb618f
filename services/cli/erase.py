"""``signalbox boundary erase``: removes what a key, a user or a vector store left behind.

Knows: flags, the question, what a person is told. Does not know: where anything lies (``services.erasure``).
"""

from __future__ import annotations

import os
import sys

import click

EXAMPLES = """
\b
Examples:
  signalbox boundary erase --key sk-...            secret or hash of the key
  signalbox boundary erase --user ada --yes        all keys that this user has or had
  signalbox boundary erase --store vs_0a1b2c
"""


@click.command(epilog=EXAMPLES)
@click.option("--key", help="secret (sk-...) or hash of a key")
@click.option("--user", help="LiteLLM's user id: all of its keys, and logs that name it")
@click.option("--store", help="a vector store, with its vectors and texts")
@click.option("--yes", is_flag=True, help="do not ask")
@click.option("--state", metavar="DIR", help="state directory [SIGNALBOX_STATE, ./.signalbox]")
def erase(key: str | None, user: str | None, store: str | None, yes: bool, state: str | None) -> None:
    """Remove files, vector stores, pseudonyms, decisions, feedback and spend logs, and write that down.

    The key or user itself stays, and so do sums of spend by day, the ledger (it holds no content) and backups made
    before: remove those by hand. Exits 1 where something could not be reached.
    """
    import sqlite3

    import psycopg

    from plugins.ledger.book import LedgerProblem
    from plugins.ledger.keys import KeyProblem
    from services.backup.errors import BackupError
    from services.erasure.erase import erase as remove
    from services.erasure.parts import PartProblem
    from services.erasure.subject import Subject, key_hash
    from services.supervisor.state import state_at

    if sum(value is not None for value in (key, user, store)) != 1:
        raise click.UsageError("name exactly one of --key, --user and --store")
    try:
        subject = Subject(key=key_hash(key) if key else None, user=user, store=store)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if not yes:
        click.confirm(f"Everything of {subject.shown} is removed for good. Go on?", abort=True)
    try:
        report = remove(state_at(state or os.environ.get("SIGNALBOX_STATE")), os.environ, subject)
    except (sqlite3.Error, psycopg.Error, BackupError, PartProblem, LedgerProblem, KeyProblem, OSError) as error:
        click.echo(f"error: not everything was removed: {str(error) or type(error).__name__}", err=True)
        sys.exit(1)
    for name, count in report.removed.items():
        click.echo(f"{count:>8} {name}")
    for problem in report.left:
        click.echo(f"NOT REMOVED: {problem}", err=True)
    click.echo("written down in the ledger: `signalbox ledger export` shows it" if not report.left else "", nl=True)
    sys.exit(1 if report.left else 0)
