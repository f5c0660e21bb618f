"""Which files of a state directory cannot be made again, and a still copy of each.

Knows: what is left out and why; SQLite's own backup. Does not know: what a file means, so a part's new file is included
without a word here. Postgres is dumped elsewhere; Redis holds counters of running minutes and is left out.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from services.backup.record import NAME as RECORD

LEFT_OUT = ("run", "log", "postgres", "redis", RECORD)
"""At the top: made anew by each start, of no use elsewhere, or dumped by the server."""

LEFT_OUT_BEGIN = (".restoring", ".before-restore-")
LEFT_OUT_END = (".lock", "-wal", "-shm", "-journal")
_MAGIC = b"SQLite format 3\x00"


def files_of(state: Path) -> Iterator[Path]:
    """Every regular file to keep, absolute, in order. Links are not followed."""
    for top in sorted(state.iterdir()):
        if top.name in LEFT_OUT or top.name.startswith(LEFT_OUT_BEGIN) or top.is_symlink():
            continue
        found = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in found:
            if path.is_file() and not path.is_symlink() and not path.name.endswith(LEFT_OUT_END):
                yield path


def still_copy(source: Path, target: Path) -> None:
    """Copies a file that others may be writing, 0600. A SQLite file is copied as one transaction sees it."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if is_sqlite(source):
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            # The copy is one file: a journal beside it would not be in the archive.
            new.execute("PRAGMA journal_mode = DELETE")
    else:
        shutil.copyfile(source, target)


def is_sqlite(path: Path) -> bool:
    """Whether it is a SQLite database, by its first bytes."""
    with path.open("rb") as data:
        return data.read(len(_MAGIC)) == _MAGIC
