"""Reads the decision log, and cannot write it.

Knows: the log's columns, keyset pages by row number, the counts of the last hour. Does not know: who writes, HTTP.
A column of ``OPTIONAL`` that an older log lacks reads as None. Each read opens its own connection, so a log that is
replaced while the console runs is simply read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from plugins.routing.costs import Price
from plugins.routing.types import DataClass
from services.console.decision_filter import Cursor, Filter
from services.console.decision_record import Crossing, Detail, Page, Row
from services.console.traffic import MINUTES, REFUSED, Count

OPTIONAL: tuple[str, ...] = (
    "status", "latency_ms", "tokens_in", "tokens_out", "attempts", "cost_usd", "busy_s", "frontier_in", "frontier_out",
    "final_in", "final_out", "escalation_reason",
)  # fmt: skip
BUSY_S = 2.0
STEPS = 20_000_000
"""SQLite instructions that one read may take (some seconds): no page holds a thread for longer."""

_ROW = (
    "rowid, decision_id, at, capability, intent, confidence, data_class, tier, deployment, location, denied_by,"
    " degraded, reasons"
)
_DETAIL = (
    f"{_ROW}, request_id, route, key_id, team_id, needed, model_group, fallbacks, pinned, tokens, truncated_chars,"
    " decide_us"
)
_EQUALS = ("intent", "tier", "location", "data_class")
_OUTCOMES = {
    "refused": "denied_by IS NOT NULL",
    "failed": "denied_by IS NULL AND ({status} >= 400 OR {status} = 0)",
    "degraded": "denied_by IS NULL AND degraded AND ifnull({status}, 200) BETWEEN 1 AND 399",
    "served": "denied_by IS NULL AND NOT degraded AND ifnull({status}, 200) BETWEEN 1 AND 399",
}


class LogUnreadableError(Exception):
    """The log is there and cannot be read. The message is for people."""


class DecisionReader:
    """Read-only access to the log at ``path``; no log reads as an empty one.

    Every method raises ``LogUnreadableError`` where the log cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def page(self, chosen: Filter, cursor: Cursor | None = None, *, limit: int = 50) -> Page:
        """Up to ``limit`` rows, newest first. Costs the same on every page: a page starts at a row number."""
        with self._open() as db:
            if db is None:
                return Page((), None, None)
            extra = _optional_columns(db)
            where, values = _where(chosen, extra["status"])
            forward = cursor is not None and not cursor.older
            if cursor is not None:
                where.append("rowid > ?" if forward else "rowid < ?")
                values.append(cursor.key)
            # Names and signs from the literals above; every value is bound.
            sql = (
                f"SELECT {_ROW}, {extra['status']} AS status, {extra['latency_ms']} AS latency_ms"  # noqa: S608
                " FROM decisions"
                f"{' WHERE ' if where else ''}{' AND '.join(where)}"
                f" ORDER BY rowid {'ASC' if forward else 'DESC'} LIMIT ?"
            )
            found = db.execute(sql, (*values, limit + 1)).fetchall()
        more = len(found) > limit
        rows = [_row(r) for r in found[:limit]]
        if forward:
            rows.reverse()
        has_older = forward or more
        has_newer = more if forward else cursor is not None
        return Page(
            tuple(rows),
            older=rows[-1].key if rows and has_older else None,
            newer=rows[0].key if rows and has_newer else None,
        )

    def get(self, decision_id: str) -> Detail | None:
        """One decision, or None where the log has none of this id."""
        with self._open() as db:
            if db is None:
                return None
            extra = _optional_columns(db)
            more = ", ".join(f"{column} AS {name}" for name, column in extra.items())
            sql = f"SELECT {_DETAIL}, {more} FROM decisions WHERE decision_id = ? ORDER BY rowid DESC LIMIT 1"  # noqa: S608
            found = db.execute(sql, (decision_id,)).fetchone()
        return _detail(found) if found is not None else None

    def last_hour(self, now: float) -> list[Count]:
        """Counts a minute and tier over the hour that ends at ``now`` (Unix seconds)."""
        start = now - MINUTES * 60
        with self._open() as db:
            if db is None:
                return []
            latency = _optional_columns(db)["latency_ms"]
            sql = (
                "SELECT CAST((at - ?) / 60 AS INTEGER), CASE WHEN denied_by IS NULL THEN ifnull(tier, ?) ELSE ? END,"  # noqa: S608
                f" count(*), ifnull(sum({latency}), 0), count({latency}), ifnull(sum(decide_us), 0)"
                " FROM decisions WHERE at >= ? GROUP BY 1, 2"
            )
            found = db.execute(sql, (start, REFUSED, REFUSED, start)).fetchall()
        return [Count(m, label, n, ms, timed, decide_us) for m, label, n, ms, timed, decide_us in found]

    def crossings(self, since: float) -> list[Crossing]:
        """By data class, the most confined first: what stayed at ``local``, what left it, what the boundary refused."""
        sql = (
            "SELECT data_class, sum(denied_by IS NULL AND location = 'local'),"
            " sum(denied_by IS NULL AND location IS NOT NULL AND location <> 'local'), sum(denied_by = 'data_boundary')"
            " FROM decisions WHERE at >= ? GROUP BY 1"
        )
        with self._open() as db:
            rows = db.execute(sql, (since,)).fetchall() if db is not None else []
        found = [
            Crossing(str(name or "-"), stayed or 0, left or 0, refused or 0) for name, stayed, left, refused in rows
        ]
        order = {c.label: c for c in DataClass}
        return sorted(found, key=lambda c: -order.get(c.data_class, -1))

    def ratings(self, decision_id: str, feedback: Path) -> list[str]:
        """What people said of one decision, oldest first."""
        if not feedback.exists():
            return []
        with self._open() as db:
            if db is None:
                return []
            db.execute("ATTACH DATABASE ? AS said", (f"file:{quote(str(feedback.absolute()))}?mode=ro",))
            if db.execute("SELECT 1 FROM said.sqlite_master WHERE name = 'feedback'").fetchone() is None:
                return []
            sql = "SELECT rating FROM said.feedback WHERE decision_id = ? ORDER BY rowid"
            return [str(row[0]) for row in db.execute(sql, (decision_id,))]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        """A read-only connection; None where there is no log yet."""
        if not self._path.exists():
            yield None
            return
        db: sqlite3.Connection | None = None
        try:
            db = sqlite3.connect(f"file:{quote(str(self._path.absolute()))}?mode=ro", uri=True, timeout=BUSY_S)
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA query_only = ON")
            db.set_progress_handler(lambda: 1, STEPS)
            has_table = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'decisions'").fetchone()
            yield db if has_table else None
        except sqlite3.Error as error:
            raise LogUnreadableError(
                f"The decision log cannot be read ({type(error).__name__}: {error}). Its file is {self._path.name}"
                " in the state directory."
            ) from error
        finally:
            if db is not None:
                db.close()


def _optional_columns(db: sqlite3.Connection) -> dict[str, str]:
    there = {row[1] for row in db.execute("PRAGMA table_info(decisions)")}
    return {name: name if name in there else "NULL" for name in OPTIONAL}


def _where(chosen: Filter, status: str) -> tuple[list[str], list[str | int]]:
    where: list[str] = []
    values: list[str | int] = []
    for name in _EQUALS:
        if word := getattr(chosen, name):
            where.append(f"{name} = ?")
            values.append(word)
    if chosen.outcome:
        where.append(f"({_OUTCOMES[chosen.outcome].format(status=status)})")
    return where, values


def _row(r: sqlite3.Row) -> Row:
    reasons = _words(r["reasons"])
    return Row(
        key=r["rowid"],
        id=str(r["decision_id"]),
        at=float(r["at"]),
        capability=str(r["capability"]),
        intent=r["intent"],
        confidence=r["confidence"],
        data_class=r["data_class"],
        tier=r["tier"],
        deployment=r["deployment"],
        location=r["location"],
        denied_by=r["denied_by"],
        degraded=bool(r["degraded"]),
        status=r["status"],
        latency_ms=r["latency_ms"],
        reasons=reasons,
    )


def _detail(r: sqlite3.Row) -> Detail:
    return Detail(
        row=_row(r),
        request_id=str(r["request_id"]),
        route=str(r["route"]),
        key_id=r["key_id"],
        team_id=r["team_id"],
        needed=r["needed"],
        model_group=r["model_group"],
        fallbacks=_words(r["fallbacks"]),
        pinned=bool(r["pinned"]),
        tokens=int(r["tokens"] or 0),
        truncated_chars=int(r["truncated_chars"] or 0),
        decide_us=int(r["decide_us"] or 0),
        tokens_in=r["tokens_in"],
        tokens_out=r["tokens_out"],
        attempts=r["attempts"],
        cost_usd=r["cost_usd"],
        busy_s=r["busy_s"],
        frontier_usd=_frontier(r),
        escalation_reason=r["escalation_reason"],
    )


def _frontier(r: sqlite3.Row) -> float | None:
    """What the same answer would have cost at the frontier; None where it cannot be compared."""
    if r["frontier_in"] is None or r["tokens_out"] is None or r["cost_usd"] is None:
        return None
    into, out = (r[f"final_{d}"] if r[f"final_{d}"] is not None else r[f"tokens_{d}"] or 0 for d in ("in", "out"))
    return Price(float(r["frontier_in"]), float(r["frontier_out"] or 0)).of(into, out)


def _words(text: str | None) -> tuple[str, ...]:
    """A JSON list of text; what is no such list is shown as it is, so that nothing is hidden."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return (str(text),)
    return tuple(str(word) for word in found) if isinstance(found, list) else (str(text),)
