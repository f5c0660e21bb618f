"""One erasure, from the state directory to the ledger.

Knows: the order, and what is written down. Does not know: how any place removes things. The ledger keeps who asked for
what and how much was removed; what it says of the requests themselves (no content, only keyed hashes) stays, since a
chain with a hole proves nothing.
"""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from plugins.ledger.book import open_book
from services.backup.server import running_database
from services.common.settings import read_secret
from services.erasure.local import erase_rows
from services.erasure.parts import COLLECTIONS, RunningParts
from services.erasure.spend import erase_spend, keys_of
from services.erasure.subject import Subject
from services.supervisor.fleet import told_parts
from services.supervisor.lock import owner
from services.supervisor.state import State, read_json

READY = "/health/readiness"


@dataclass(frozen=True, slots=True)
class Report:
    """``removed``: how much of what. ``left``: what could not be reached, one sentence each."""

    subject: Subject
    removed: Mapping[str, int]
    left: tuple[str, ...] = field(default=())


def erase(state: State, environ: Mapping[str, str], subject: Subject, parts: RunningParts | None = None) -> Report:
    """Removes all traces and writes that down. ``parts``: None finds those that run. Raises sqlite3.Error,
    psycopg.Error, BackupError (the database cannot be started), PartProblem, LedgerProblem."""
    runs = owner(state.lock) is not None
    running = parts or _running(state)
    removed: dict[str, int] = {}
    left: list[str] = []
    if subject.store is not None:
        removed["vector stores"] = running.erase_store(subject.store)
    else:
        subject = _from_database(state, environ, subject, removed, up_runs=runs)
        removed |= erase_rows(state.root, subject.keys)
        removed |= running.erase_of(subject.keys)
        left = [
            f"{c.name} are kept by the part {c.part}, which does not run: start it with `signalbox up`, then ask again"
            for c in COLLECTIONS
            if c.part not in running.urls and _has_kept(state.root, c.part)
        ]
    asyncio.run(_write_down(state.root, subject, removed, left))
    return Report(subject, removed, tuple(left))


def _from_database(
    state: State, environ: Mapping[str, str], subject: Subject, removed: dict[str, int], *, up_runs: bool
) -> Subject:
    keys = frozenset({subject.key}) if subject.key else frozenset[str]()
    with running_database(state.root, environ, up_runs=up_runs) as url:
        if url is not None:
            keys |= keys_of(url, subject.user) if subject.user else frozenset()
            removed["spend logs"] = erase_spend(url, keys, subject.user)
    return replace(subject, keys=keys)


def _running(state: State) -> RunningParts:
    urls = {
        str(part["name"]): str(part["readiness"]).removesuffix(READY)
        for part in told_parts(read_json(state.parts))
        if part.get("name") and part.get("readiness")
    }
    return RunningParts(urls, read_secret(state.secrets / "internal.key") or "")


def _has_kept(state: Path, part: str) -> bool:
    return (state / part).is_dir()


async def _write_down(state: Path, subject: Subject, removed: Mapping[str, int], left: list[str]) -> None:
    book = open_book(state, "erase")
    counts = {f"removed_{name.replace(' ', '_')}": count for name, count in removed.items()}
    try:
        await book.write(
            "erased", subject=subject.shown, key=subject.key or "", by=getpass.getuser(), left=len(left), **counts
        )
    finally:
        await asyncio.to_thread(book.close)
