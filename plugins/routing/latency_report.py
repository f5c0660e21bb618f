"""The weighted latency of a stretch of the decision log, in one query.

Knows: the log's columns. Does not know: the formula (``weighted_latency``), who shows it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from plugins.routing.weighted_latency import WeightedLatency, expected

BUSY_TIMEOUT_S = 2.0
_SQL = """
SELECT tier, count(*), avg(CASE WHEN status BETWEEN 200 AND 299 THEN latency_ms END)
FROM decisions WHERE at >= ? AND at < ? AND tier IS NOT NULL AND deployment IS NOT NULL GROUP BY tier
"""


def latency_report(decisions: Path, since: float, until: float) -> WeightedLatency:
    """L of [since, until), seconds since 1970: the same that ``weighted_latency`` makes of the rows. Raises
    ``sqlite3.Error`` where the file cannot be read."""
    if not decisions.exists():
        return expected({}, {})
    uri = f"file:{quote(str(decisions.absolute()))}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S)) as db:
        there = {row[1] for row in db.execute("PRAGMA table_info(decisions)")}
        rows = db.execute(_SQL, (since, until)).fetchall() if "latency_ms" in there else []
    counts = {str(tier): float(count) for tier, count, _ in rows}
    return expected(counts, {str(tier): float(mean) for tier, _, mean in rows if mean is not None})
