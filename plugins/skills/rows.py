"""The rows that a skill is trained on, checked: ``{"text", "label"}`` or ``{"text", "fields": {...}}``.

Knows: their shapes, which of them are held back for judging. Does not know: files, training.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEAST = 20
"""Rows that a skill needs."""

LEAST_OF_ONE = 3
"""Rows that each label needs, and rows in which each field needs a value."""

_HELD_BACK = 5
"""Every fifth row, by the hash of its text, judges every version and trains none."""


class RowError(ValueError):
    """The rows cannot train a skill; the message says which row, or what is missing."""


@dataclass(frozen=True, slots=True)
class Row:
    """``label`` is None for a row of fields."""

    text: str
    label: str | None
    fields: Mapping[str, str | None]


def read_row(value: Mapping[str, Any]) -> Row:
    """One row. Raises RowError."""
    text, label, fields = value.get("text"), value.get("label"), value.get("fields")
    if not isinstance(text, str) or not text.strip():
        raise RowError('"text" must be a string that is not empty')
    if isinstance(label, str) and label.strip() and fields is None:
        return Row(text, label.strip(), {})
    if label is None and isinstance(fields, dict) and fields:
        return Row(text, None, {str(name): _value(name, given, text) for name, given in fields.items()})
    raise RowError('expected {"text", "label"} or {"text", "fields": {...}}')


def _value(name: object, given: object, text: str) -> str | None:
    if given is None or given == "":
        return None
    value = str(given)
    if value.lower() not in text.lower():
        raise RowError(f"the value of {name!r} does not stand in the text: only what can be copied can be learned")
    return value


def check(rows: Sequence[Row]) -> tuple[str, ...]:
    """The labels or the names of the fields, in order of their first row. Raises RowError where they are too few or
    mixed."""
    if len(rows) < LEAST:
        raise RowError(f"{len(rows)} rows are too few: a skill needs at least {LEAST}")
    labelled = {row.label is not None for row in rows}
    if len(labelled) > 1:
        raise RowError('rows with "label" and rows with "fields" are mixed: train two skills')
    if True in labelled:
        counts = Counter(str(row.label) for row in rows)
        if len(counts) < 2:
            raise RowError("there is only one label: a skill needs at least two")
    else:
        counts = Counter(name for row in rows for name, value in row.fields.items() if value is not None)
        names = {name for row in rows for name in row.fields}
        counts.update(dict.fromkeys(names, 0))
    rare = next((name for name, count in counts.items() if count < LEAST_OF_ONE), None)
    if rare is not None:
        raise RowError(f"{rare!r} has {counts[rare]} rows: each needs at least {LEAST_OF_ONE}")
    return tuple(counts)


def is_held_back(text: str) -> bool:
    """Whether rows with this text judge and never train."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] % _HELD_BACK == 0


def split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Rows to train on, and rows to judge by. A label that would have too few rows to train on keeps them all."""
    train = [row for row in rows if not is_held_back(row.text)]
    judge = [row for row in rows if is_held_back(row.text)]
    counts = Counter(row.label for row in train)
    moved = [row for row in judge if row.label is not None and counts[row.label] < LEAST_OF_ONE]
    kept = [row for row in judge if row not in moved]
    return ([*train, *moved], kept) if kept else (list(rows), list(rows))
