"""``tests/bench/REPORT.md`` and its picture, from what the other benches measured: ``python -m tests.bench.paper``.

Knows: the JSON files under ``build/bench/``, tables of Markdown. Does not know: how anything is measured. A bench that
has not run is left out; nothing in the file is written by hand.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.targets import Reports, found, ours_ms

MEASURED = Path("build/bench")
NAMES = ("gateway", "routes", "own_cost", "egress")
HERE = Path(__file__).parent
HEAD = """# What a request costs

Written by `make bench ARGS="own_cost egress gateway routes paper"`; no figure is written by hand. Signalbox runs with
everything on (keys, database, router, boundary, broker, ledger, decision log), one worker. Stock LiteLLM has the same
version and deployments, and no keys, database or plugins. Load generator, upstream and gateways share the machine.
"""
NEXT = """
A direct lane (a request that ends at one of our own services, answered without LiteLLM's path) would save the rows
"LiteLLM: ..." of the profile but for the keys, the limits and the spend, which must stay the one place of enforcement.
"""


def load(folder: Path = MEASURED) -> dict[str, dict[str, Any]]:
    """The reports that are there, each with ``machine`` (of old ones only when the file was written)."""
    reports: dict[str, dict[str, Any]] = {}
    for name in NAMES:
        path = folder / f"{name}.json"
        if path.exists():
            reports[name] = json.loads(path.read_text())
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%d %H:%M UTC")
            reports[name].setdefault("machine", {"at": written})
    return reports


def text(reports: Reports) -> str:
    """The whole file."""
    parts = [HEAD, _runs(reports), "## Targets\n", _targets(reports)]
    if "gateway" in reports:
        parts += ["## Beside stock LiteLLM\n", "![throughput and latency](gateway.svg)\n", _loads(reports["gateway"])]
    if "routes" in reports:
        parts += ["## Where a chat's time goes\n", _profile(reports["routes"]), NEXT]
        parts += ["## Each route\n", _routes(reports["routes"])]
    return "\n".join(parts).rstrip() + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown; every column but the first is set to the right."""
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _runs(reports: Reports) -> str:
    rows = []
    for name, report in reports.items():
        told = report["machine"]
        rows.append([name, *(str(told.get(key, "")) for key in ("at", "cores", "python", "load"))])
    return table(("bench", "measured", "cores", "Python", "load before"), rows)


def _targets(reports: Reports) -> str:
    rows = [
        [one.what, one.wanted, one.measured, "reached" if one.reached else "**not reached**"] for one in found(reports)
    ]
    bounds = [f"- {one.what}: bounded by {one.why}." for one in found(reports) if not one.reached and one.why]
    return "\n".join([table(("target", "wanted", "measured", ""), rows), *bounds, ""])


def _loads(report: dict[str, Any] | Any) -> str:
    names = [n for n in ("stock", "signalbox", "portkey") if n in report["boot_s"]]
    rows = [
        [
            row["case"]["name"] if name == names[0] else "",
            name,
            *(f"{row[name][field]:.1f}" for field in ("p50", "p99", "per_second", "gateway_cpu_ms")),
            str(row[name]["failed"]),
        ]
        for row in report["cases"]
        for name in names
    ]
    return table(("load", "gateway", "p50 ms", "p99 ms", "requests/s", "CPU ms a request", "failed"), rows)


def _profile(report: dict[str, Any] | Any) -> str:
    stock, ours = report["layers"]["stock"], report["layers"]["signalbox"]
    whole = sum(ours.values())
    names = sorted({*stock, *ours}, key=lambda name: -ours.get(name, 0.0))
    rows = [
        [name, f"{stock.get(name, 0.0):.2f}", f"{ours.get(name, 0.0):.2f}", f"{ours.get(name, 0.0) / whole:.0%}"]
        for name in names
        if max(stock.get(name, 0.0), ours.get(name, 0.0)) >= 0.05
    ]
    rows.append(["**all**", f"{sum(stock.values()):.2f}", f"{whole:.2f}", "100%"])
    own = ours_ms(ours)
    rows.append(["of it our code", "0.00", f"{own:.2f}", f"{own / whole:.0%}"])
    return table(("layer (main thread, but where said)", "stock, CPU ms", "Signalbox, CPU ms", "share"), rows)


def _routes(report: dict[str, Any] | Any) -> str:
    rows = []
    for row in report["routes"]:
        stock, ours = row.get("stock"), row["signalbox"]
        alone = stock["gateway_cpu_ms"] if stock else None
        rows.append(
            [
                row["route"],
                f"{alone:.1f}" if alone is not None else "-",
                f"{ours['gateway_cpu_ms']:.1f}",
                f"{ours['gateway_cpu_ms'] - alone:+.1f}" if alone is not None else "-",
                f"{ours['other_cpu_ms']:.1f}",
                f"{stock['p50']:.0f}" if stock else "-",
                f"{ours['p50']:.0f}",
                f"{ours['failed'] + (stock['failed'] if stock else 0):.0f}",
            ]
        )
    head = ("route", "LiteLLM, CPU ms", "Signalbox, CPU ms", "added", "in its other parts", "p50", "p50", "failed")
    return table(head, rows) + "\n`-`: stock LiteLLM has no such service of its own.\n"


def main() -> int:
    """Writes both. Always 0: what is missed is told by who measured it."""
    reports = load()
    (HERE / "REPORT.md").write_text(text(reports))
    picture = MEASURED / "gateway.svg"
    if picture.exists():
        (HERE / "gateway.svg").write_text(picture.read_text())
    print(f"written: {HERE / 'REPORT.md'} from {', '.join(reports) or 'nothing'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
