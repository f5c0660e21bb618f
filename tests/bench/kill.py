"""What killing any one process under load costs: ``python -m tests.bench kill``.

Every process of the running system is killed in turn (SIGKILL, one of each kind) while requests run at concurrency 8.
Told are the requests that were not answered 200, those in flight at that moment, the seconds until requests succeed
again, and those until every part is ready again. Prints a table and writes JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from tests.bench.whole import ASK, WORKER, processes, whole
from tests.e2e.edits import Load, load
from tests.support.system import System

CONCURRENCY = 8
BOUND_S = 120.0


@dataclass(frozen=True, slots=True)
class Row:
    """``lost``: requests that failed from the kill on. ``serving_s``: until the last failure; ``ready_s``: until every
    part was ready again, None where it was not within ``BOUND_S``."""

    process: str
    lost: int
    served: int
    serving_s: float
    ready_s: float | None
    words: tuple[str, ...]


def kill(system: System, seen: Load, label: str, process: psutil.Process) -> Row:
    """Kills one and waits until all is well."""
    starts = _starts(system.parts())
    lost, served, began = len(seen.lost), seen.statuses[200], time.monotonic()
    process.kill()
    last, ready = began, None
    quiet = lost
    while time.monotonic() - began < BOUND_S:
        if len(seen.lost) != quiet:
            quiet, last = len(seen.lost), time.monotonic()
        parts = system.parts()
        well = bool(parts) and all(p["state"] == "ready" for p in parts.values()) and system.ready()
        # On a busy machine it takes a moment until anybody notices.
        names = [label] if label in starts else [n for n in starts if label == WORKER and n.startswith("gateway")]
        noticed = not names or any(_starts(parts).get(name, 0) > starts[name] for name in names)
        if well and noticed and ready is None and time.monotonic() - began > 1.0:
            ready = time.monotonic() - began
        if ready is not None and time.monotonic() - max(last, began + ready) > 2.0:
            break
        time.sleep(0.1)
    words = tuple(dict.fromkeys(w[:120] for w in seen.lost[lost:]))[:3]
    return Row(label, len(seen.lost) - lost, seen.statuses[200] - served, last - began, ready, words)


def _busy(process: psutil.Process) -> int:
    """Connections that it holds: of two workers the one with more requests in flight."""
    try:
        return sum(c.status == psutil.CONN_ESTABLISHED for c in process.net_connections("tcp"))
    except psutil.Error:
        return 0


def _starts(parts: dict[str, dict[str, Any]]) -> dict[str, int]:
    return {name: int(part["restarts"]) for name, part in parts.items()}


def measure(only: str) -> list[Row]:
    """Kills one process of each kind; ``only``: those whose name holds this."""
    rows: list[Row] = []
    with whole(workers=2) as system, load(system.url, system.headers, ASK, CONCURRENCY) as seen:
        time.sleep(3)
        for label in sorted(processes(system)):
            if "tracker" in label or only not in label:
                continue
            found = processes(system).get(label)
            if found:
                rows.append(kill(system, seen, label, max(found, key=_busy)))
                print(rows[-1], flush=True)
    return rows


def main() -> int:
    """Measure, print, write; 1 where a process cost more than what was in flight, or was away for more than 10 s."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", default="", help="kinds of process whose name holds this")
    parser.add_argument("--out", type=Path, default=Path("build/bench/kill.json"))
    options, _ = parser.parse_known_args()
    rows = measure(options.kind)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps([asdict(row) for row in rows], indent=1))
    table = Table(title=f"One process killed under load (concurrency {CONCURRENCY}, two gateway workers)")
    for head in ("process", "requests lost", "served meanwhile", "serving again after s", "all ready after s"):
        table.add_column(head)
    for row in rows:
        ready = "never" if row.ready_s is None else f"{row.ready_s:.1f}"
        table.add_row(row.process, str(row.lost), str(row.served), f"{row.serving_s:.1f}", ready)
    Console().print(table)
    missed = [r for r in rows if r.lost > CONCURRENCY or r.ready_s is None or r.ready_s > 10]
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
