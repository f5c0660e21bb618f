"""When the last backup of a state directory was made. Knows: the file that says so. Does not know: archives."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from services.database.files import write_atomic

NAME = "last_backup.json"


@dataclass(frozen=True, slots=True)
class Record:
    """``at``: seconds since the epoch. ``file``: its absolute path then. ``bytes``: of the archive."""

    at: float
    file: str
    bytes: int


def last_backup(state: Path) -> Record | None:
    """What is written down, or None: never made, or not readable."""
    try:
        said = json.loads((state / NAME).read_text("utf-8"))
        return Record(float(said["at"]), str(said["file"]), int(said["bytes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_record(state: Path, record: Record) -> None:
    """Writes it down, whole or not at all. Raises OSError."""
    write_atomic(state / NAME, json.dumps(asdict(record)) + "\n")
