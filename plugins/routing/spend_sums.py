"""Running sums of what was spent, kept by the decision log's own file.

Knows: the table ``spend`` and the triggers that keep it equal to the rows of ``decisions``, whoever writes or removes
them. Does not know: what is shown. A report over months reads some thousand sums instead of every decision.

A sum stands for ``BUCKET_S`` seconds, a key, an intent, a tier, a location and the frontier's price of that moment.
"""

from __future__ import annotations

import sqlite3

BUCKET_S = 300
NONE = "-"
"""Stands for what a row does not say."""

NO_PRICE = -1.0
NAMES = ("bucket", "key", "intent", "tier", "location", "frontier_in", "frontier_out")
SUMS = (
    "requests", "cost_usd", "busy_s", "tokens_in", "tokens_out", "compared", "compared_usd", "compared_in",
    "compared_out",
)  # fmt: skip

_CREATE = (
    f"CREATE TABLE IF NOT EXISTS spend ({', '.join((*NAMES, *SUMS))}, PRIMARY KEY ({', '.join(NAMES)})) WITHOUT ROWID"
)


def _name_values(row: str) -> str:
    """What a row of ``decisions`` is summed under. ``row``: ``NEW``, ``OLD`` or the table's name."""
    words = (f"ifnull({row}.{name}, '{NONE}')" for name in ("key_id", "intent", "tier", "location"))
    prices = (f"ifnull({row}.{name}, {NO_PRICE})" for name in ("frontier_in", "frontier_out"))
    return ", ".join((f"CAST({row}.at / {BUCKET_S} AS INTEGER)", *words, *prices))


def _sum_values(row: str) -> tuple[str, ...]:
    """What a row adds, in the order of ``SUMS``."""
    like = f"({row}.frontier_in IS NOT NULL AND {row}.tokens_out IS NOT NULL AND {row}.cost_usd IS NOT NULL)"
    return (
        "1",
        *(f"ifnull({row}.{name}, 0)" for name in ("cost_usd", "busy_s", "tokens_in", "tokens_out")),
        like,
        f"{like} * ifnull({row}.cost_usd, 0)",
        f"{like} * coalesce({row}.final_in, {row}.tokens_in, 0)",
        f"{like} * coalesce({row}.final_out, {row}.tokens_out, 0)",
    )


def _change(row: str, sign: str) -> str:
    """A statement that adds a row to its sum, or takes it out."""
    values = ", ".join(f"{sign}({value})" for value in _sum_values(row))
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in SUMS)
    return (
        f"INSERT INTO spend SELECT {_name_values(row)}, {values} WHERE {row}.denied_by IS NULL"
        f" ON CONFLICT DO UPDATE SET {sums};"
    )


_EMPTY = "DELETE FROM spend WHERE requests <= 0;"
_TRIGGERS = (
    f"CREATE TRIGGER IF NOT EXISTS spend_added AFTER INSERT ON decisions BEGIN {_change('NEW', '+')} END",
    f"CREATE TRIGGER IF NOT EXISTS spend_removed AFTER DELETE ON decisions BEGIN {_change('OLD', '-')} END",
    "CREATE TRIGGER IF NOT EXISTS spend_changed AFTER UPDATE ON decisions BEGIN"
    f" {_change('OLD', '-')} {_change('NEW', '+')} END",
)


def prepare(db: sqlite3.Connection) -> None:
    """Makes table and triggers, and sums up what an earlier version logged. ``decisions`` has all its columns."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'spend'").fetchone() is None:
        db.execute(_CREATE)
        added = ", ".join(f"sum({value})" for value in _sum_values("decisions"))
        db.execute(
            f"INSERT INTO spend SELECT {_name_values('decisions')}, {added} FROM decisions"  # noqa: S608  literals
            " WHERE denied_by IS NULL GROUP BY 1, 2, 3, 4, 5, 6, 7"
        )
    for statement in _TRIGGERS:
        db.execute(statement)


def sweep(db: sqlite3.Connection) -> None:
    """Removes sums of nothing, after old rows were removed."""
    db.execute(_EMPTY)
