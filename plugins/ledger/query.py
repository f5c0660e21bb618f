"""Questions to the ledger: which records, of which class, since when; and what left, told once a request.

Knows: the events ``left`` and ``ended`` (one exchange, joined by their nonce), ``kept``, ``refused``, ``fetched``,
``erased``. Does not know: how answers are shown. Reads files only.
"""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugins.ledger.chain import BadLineError, read_line
from plugins.ledger.store import segments

EVENTS = ("left", "kept", "refused", "fetched", "erased")
COLUMNS = (
    "seq", "at", "event", "decision", "key", "class", "rule", "reason", "zone", "deployment", "host", "route", "status",
    "bytes", "content", "ended", "writer",
)  # fmt: skip
_SINCE = re.compile(r"(\d+)([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Question:
    """None: any. ``since``, ``until``: seconds since the epoch."""

    event: str | None = None
    data_class: str | None = None
    key: str | None = None
    decision: str | None = None
    host: str | None = None
    since: float | None = None
    until: float | None = None

    def asks_for(self, record: dict[str, Any]) -> bool:
        """Whether a record is one of those that are asked for."""
        said = {"event": self.event, "class": self.data_class, "key": self.key, "decision": self.decision}
        if any(value is not None and record.get(name) != value for name, value in (*said.items(), ("host", self.host))):
            return False
        at = float(record.get("at", 0))
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def since_of(text: str, now: float) -> float:
    """``90d``, ``12h``, or a date (``2026-07-01``, UTC) as seconds since the epoch. Raises ValueError."""
    match = _SINCE.fullmatch(text)
    if match:
        return now - int(match[1]) * _SECONDS[match[2]]
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return float(calendar.timegm(time.strptime(text, form)))
        except ValueError:
            continue
    raise ValueError(f'"{text}" is no time: write 90d, 12h, or a date such as 2026-07-01')


def found(folder: Path, question: Question) -> Iterator[dict[str, Any]]:
    """The records asked for, oldest first. What left bears how it ended, where that is known."""
    waiting: dict[str, dict[str, Any]] = {}
    for record in records(folder):
        event, nonce = record.get("event"), str(record.get("nonce", ""))
        if event == "left" and nonce:
            waiting[nonce] = record
        elif event == "ended":
            if nonce in waiting:
                begun = waiting.pop(nonce)
                begun.update((k, record[k]) for k in ("status", "bytes", "content", "ended") if k in record)
                yield from _asked(begun, question)
        elif event in EVENTS:
            yield from _asked(record, question)
    for record in waiting.values():  # still going on, or the process was killed: it left all the same
        yield from _asked({**record, "ended": "unknown"}, question)


def records(folder: Path) -> Iterator[dict[str, Any]]:
    """Every record, as written. A line that is none is left out: ``verify`` names it."""
    for path in segments(folder):
        with path.open("rb") as file:
            for line in file:
                try:
                    yield read_line(line)
                except BadLineError:
                    continue


def _asked(record: dict[str, Any], question: Question) -> Iterator[dict[str, Any]]:
    if question.asks_for(record):
        yield record
