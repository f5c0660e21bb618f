"""What was spent, on what, and what the same would have cost at the frontier: read from the decision log.

Knows: the log's running sums and the feedback beside it, and how they add up. Does not know: who shows it. Sums make
cells; every table is a sum of cells, so all tables have the same total.

Savings compare like with like: the answers whose tokens are known and for which a frontier price stood when they were
given. A judged answer is one that somebody rated; its latest rating counts. The cost of an accepted outcome is what all
judged answers cost, divided by those judged good: the good ones carry the cost of the bad.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from operator import add, attrgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from plugins.routing.costs import Price
from plugins.routing.spend_sums import BUCKET_S, NO_PRICE, NONE, SUMS

BUSY_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Sums:
    """Of some answers. US dollars, seconds, tokens. ``requests``: those that some deployment was chosen for.
    ``compared``: those that can be held against the frontier, with their ``compared_usd``, tokens and ``frontier_usd``.
    ``judged``, ``accepted`` and ``judged_usd``: see above."""

    requests: int = 0
    cost_usd: float = 0.0
    busy_s: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    compared: int = 0
    compared_usd: float = 0.0
    compared_in: int = 0
    compared_out: int = 0
    frontier_usd: float = 0.0
    judged: int = 0
    accepted: int = 0
    judged_usd: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*map(add, _ALL(self), _ALL(other)))

    @property
    def saved_usd(self) -> float:
        """What the compared answers would have cost at the frontier, less what they did."""
        return self.frontier_usd - self.compared_usd

    @property
    def per_request(self) -> float | None:
        return self.cost_usd / self.requests if self.requests else None

    @property
    def per_accepted(self) -> float | None:
        return self.judged_usd / self.accepted if self.accepted else None


_ALL: Callable[[Sums], tuple[Any, ...]] = attrgetter(*(f.name for f in fields(Sums)))


@dataclass(frozen=True, slots=True)
class Cell:
    """The finest sums that are kept. ``frontier``: the price that stood for them, None where none did."""

    key: str
    intent: str
    tier: str
    location: str
    frontier: Price | None
    sums: Sums


@dataclass(frozen=True, slots=True)
class Report:
    """``since`` and ``until``: seconds since 1970."""

    since: float
    until: float
    cells: tuple[Cell, ...]

    @property
    def total(self) -> Sums:
        return _add(cell.sums for cell in self.cells)

    def by(self, name: Callable[[Cell], str]) -> tuple[tuple[str, Sums], ...]:
        """Sums by a cell's name, the dearest first, e.g. ``report.by(lambda c: c.intent)``."""
        groups: dict[str, Sums] = {}
        for cell in self.cells:
            groups[name(cell)] = groups.get(name(cell), Sums()) + cell.sums
        return tuple(sorted(groups.items(), key=lambda kv: (-kv[1].cost_usd, -kv[1].requests, kv[0])))

    def prices(self) -> tuple[tuple[Price, Sums], ...]:
        """The compared answers by the frontier's price that stood for them: ``frontier_usd`` is that price times
        ``compared_in`` and ``compared_out``."""
        groups: dict[Price, Sums] = {}
        for cell in self.cells:
            if cell.frontier is not None and cell.sums.compared:
                groups[cell.frontier] = groups.get(cell.frontier, Sums()) + cell.sums
        return tuple(groups.items())


_CELLS = f"""
SELECT key, intent, tier, location, frontier_in, frontier_out, {", ".join(f"sum({name})" for name in SUMS)}
FROM spend WHERE bucket >= ? AND bucket < ? GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608  names from literals
_JUDGED = f"""
SELECT ifnull(d.key_id, '{NONE}'), ifnull(d.intent, '{NONE}'), ifnull(d.tier, '{NONE}'), ifnull(d.location, '{NONE}'),
  ifnull(d.frontier_in, {NO_PRICE}), d.frontier_out, count(*), sum(f.rating = 'good'), total(d.cost_usd)
FROM (SELECT decision_id, rating, max(rowid) FROM said.feedback GROUP BY decision_id) f
JOIN decisions d ON d.decision_id = f.decision_id
WHERE d.at >= ? AND d.at < ? AND d.denied_by IS NULL GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608


def cost_report(decisions: Path, feedback: Path, since: float, until: float) -> Report:
    """The sums of [since, until), where ``since`` goes back and ``until`` on to a whole five minutes. Nothing where no
    log is; a log of before costs were kept has none. Raises ``sqlite3.Error`` where a file cannot be read."""
    first, last = math.floor(since / BUCKET_S), math.ceil(until / BUCKET_S)
    since, until = float(first * BUCKET_S), float(last * BUCKET_S)
    with _open(decisions, feedback) as (db, judged):
        if db is None:
            return Report(since, until, ())
        found = [_cell(row) for row in db.execute(_CELLS, (first, last))]
        found += [_judged(row) for row in db.execute(_JUDGED, (since, until))] if judged else []
    merged: dict[tuple[object, ...], Cell] = {}
    for cell in found:
        name = (cell.key, cell.intent, cell.tier, cell.location, cell.frontier)
        there = merged.get(name)
        sums = cell.sums if there is None else there.sums + cell.sums
        merged[name] = Cell(cell.key, cell.intent, cell.tier, cell.location, cell.frontier, sums)
    return Report(since, until, tuple(merged.values()))


@contextmanager
def _open(decisions: Path, feedback: Path) -> Iterator[tuple[sqlite3.Connection | None, bool]]:
    """(the log read-only, None where there is none to add up; whether feedback lies beside it)."""
    if not decisions.exists():
        yield None, False
        return
    db = sqlite3.connect(_uri(decisions), uri=True, timeout=BUSY_TIMEOUT_S)
    try:
        there = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'spend'").fetchone() is not None
        judged = False
        if feedback.exists():
            db.execute("ATTACH DATABASE ? AS said", (_uri(feedback),))
            judged = db.execute("SELECT 1 FROM said.sqlite_master WHERE name = 'feedback'").fetchone() is not None
        yield (db if there else None), judged
    finally:
        db.close()


def _uri(path: Path) -> str:
    return f"file:{quote(str(path.absolute()))}?mode=ro"


def _price(row: tuple[Any, ...]) -> Price | None:
    return None if row[4] == NO_PRICE else Price(float(row[4]), float(row[5]))


def _cell(row: tuple[Any, ...]) -> Cell:
    key, intent, tier, location = (str(name) for name in row[:4])
    price = _price(row)
    sums = Sums(**dict(zip(SUMS, row[6:], strict=True)))
    if price is not None:
        sums += Sums(frontier_usd=price.of(sums.compared_in, sums.compared_out))
    return Cell(key, intent, tier, location, price, sums)


def _judged(row: tuple[Any, ...]) -> Cell:
    key, intent, tier, location = (str(name) for name in row[:4])
    sums = Sums(judged=int(row[6]), accepted=int(row[7]), judged_usd=float(row[8]))
    return Cell(key, intent, tier, location, _price(row), sums)


def _add(many: Iterable[Sums]) -> Sums:
    found = Sums()
    for one in many:
        found += one
    return found
