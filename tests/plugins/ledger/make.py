"""A ledger of the tests, and ways to attack it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plugins.ledger.keys import from_seed
from plugins.ledger.store import Store, segments

KEY = from_seed(b"\x01" * 32)
OTHER_KEY = from_seed(b"\x02" * 32)


def written(folder: Path, count: int = 10, **store: Any) -> Path:
    """A ledger with ``count`` records of what left, in batches of two, and a checkpoint after each batch."""
    made = Store(folder, KEY, **store)
    for number in range(0, count, 2):
        made.append([record(number), record(number + 1)], sync=False)
        made.checkpoint(0.0)
    made.close()
    return folder


def record(number: int, **fields: Any) -> dict[str, Any]:
    return {"event": "left", "decision": f"d{number}", "class": "public", "nonce": f"n{number}", **fields}


def lines(folder: Path) -> list[bytes]:
    """The lines of the last segment."""
    return segments(folder)[-1].read_bytes().splitlines(keepends=True)


def rewrite(folder: Path, rows: list[bytes]) -> None:
    """Replaces the last segment."""
    segments(folder)[-1].write_bytes(b"".join(rows))
