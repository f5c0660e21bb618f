"""One decision out of the log, by its id.

Knows: the log's table. Does not know: who may see it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from plugins.routing.decision_log import BUSY_TIMEOUT_S, plain


def decision_at(path: Path, decision_id: str) -> dict[str, Any] | None:
    """One row of the log at ``path``, as ``recent`` gives them; None where there is none."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as db:
        db.row_factory = sqlite3.Row
        try:
            row = db.execute("SELECT * FROM decisions WHERE decision_id = ? LIMIT 1", (decision_id,)).fetchone()
        except sqlite3.OperationalError:  # made and not yet written
            return None
    return plain(row) if row is not None else None
