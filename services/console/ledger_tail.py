"""The end of the egress ledger, for people.

Knows: the ledger's files (``plugins.ledger``), and that the newest records are at the end of the last one. Does not
know: whether the chain holds; that takes reading all of it (``verified``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugins.ledger.chain import BadLineError, read_checkpoint, read_line
from plugins.ledger.query import EVENTS
from plugins.ledger.store import HEAD, segments
from plugins.ledger.verify import Verified, verify

TAIL_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One record. ``event``: ``left``, ``kept``, ``refused`` or ``fetched``. ``bytes``: of the request's body."""

    seq: int
    at: float
    event: str
    data_class: str
    zone: str
    host: str
    rule: str
    decision: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Tail:
    """``records``: how many there are by the signed head, None where there is no head. ``hash``: where the chain ends.
    ``entries``: the newest first."""

    there: bool
    records: int | None
    hash: str
    entries: tuple[Entry, ...]


def read_tail(folder: Path, limit: int = 30) -> Tail:
    """The newest ``limit`` records; costs the same however long the ledger is."""
    files = segments(folder) if folder.is_dir() else []
    if not files:
        return Tail(False, None, "", ())
    try:
        head = read_checkpoint((folder / HEAD).read_text("ascii").strip())
        records, end = head.seq, head.hash
    except (OSError, ValueError):
        records, end = None, ""
    lines: list[bytes] = []
    for path in reversed(files):
        lines = [*_last_lines(path), *lines]
        if len(lines) >= limit * 3:
            break
    found = [entry for line in reversed(lines) if (entry := _entry(line)) is not None]
    return Tail(True, records, end, tuple(found[:limit]))


def verified(folder: Path) -> Verified:
    """Reads the whole ledger and checks every link. Takes seconds for a long one."""
    return verify(folder)


def _last_lines(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL_BYTES))
        lines = file.read().split(b"\n")
    return [line for line in (lines if size <= TAIL_BYTES else lines[1:]) if line]


def _entry(line: bytes) -> Entry | None:
    try:
        record: dict[str, Any] = read_line(line)
    except BadLineError:
        return None
    if record.get("event") not in EVENTS:
        return None
    size = record.get("bytes")
    return Entry(
        seq=int(record["seq"]),
        at=float(record.get("at", 0.0)),
        event=str(record["event"]),
        data_class=str(record.get("class") or ""),
        zone=str(record.get("zone") or ""),
        host=str(record.get("host") or ""),
        rule=str(record.get("rule") or record.get("reason") or ""),
        decision=str(record.get("decision") or ""),
        size=size if isinstance(size, int) else None,
    )
