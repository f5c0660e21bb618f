"""A report of ``tests.bench.gateway`` as tables for a terminal.

Knows: the report's shape, the targets. Does not know: how it was measured.
"""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

TARGETS = (
    # (words, case, field, bound, whether more is better): what `make bench` is asked to show against stock.
    ("requests/s at 16", "c=16", "per_second", 2.5, True),
    ("p99 at 16", "c=16", "p99", 0.5, False),
)


def show(report: dict[str, Any], console: Console) -> None:
    """Prints everything."""
    names = [n for n in ("stock", "signalbox", "portkey") if n in report["boot_s"]]
    table = Table(title="Signalbox (all on) beside others, same upstream, same run")
    for head in ("load", "gateway", "p50 ms", "p99 ms", "req/s", "CPU ms", "p50 / stock", "req/s / stock", "failed"):
        table.add_column(head, justify="left" if head in ("load", "gateway") else "right")
    for row in report["cases"]:
        for name in names:
            one = row[name]
            ratios = one.get("ratios")
            table.add_row(
                row["case"]["name"] if name == names[0] else "",
                name,
                *(f"{one[field]:.1f}" for field in ("p50", "p99", "per_second", "cpu_ms")),
                *(_spread(ratios[field]) if ratios else "" for field in ("p50", "per_second")),
                str(one["failed"]),
            )
    console.print(table)
    for name in names:
        chunk = report["per_chunk_ms"][name]
        console.print(
            f"{name}: boot {report['boot_s'][name]:.1f} s, gateway process {report['gateway_rss_mb'][name]:.0f} MB"
            + (f", {chunk:.3f} ms a chunk" if chunk is not None else "")
        )
    for line in verdicts(report):
        console.print(line)


def verdicts(report: dict[str, Any]) -> list[str]:
    """A line for each target: what it wants, what was measured, whether it is reached."""
    lines = []
    for words, case, field, bound, more in TARGETS:
        row = next((r for r in report["cases"] if r["case"]["name"] == case), None)
        if row is None:
            continue
        median = row["signalbox"]["ratios"][field][0]
        reached = median >= bound if more else median <= bound
        wanted = f"{'>=' if more else '<='} {bound}x stock"
        lines.append(f"{words}: {median:.2f}x of stock, wanted {wanted}: {'reached' if reached else 'NOT reached'}")
    return lines


def _spread(ratio: tuple[float, float, float]) -> str:
    return f"{ratio[0]:.2f} ({ratio[1]:.2f}-{ratio[2]:.2f})"
