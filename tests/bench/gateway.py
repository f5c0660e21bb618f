"""What Signalbox adds to a request, beside stock LiteLLM, in one run: ``python -m tests.bench.gateway [--quick]``.

Both stand in front of the same fast upstream and take the same load in turn, A B A B; what is compared are ratios of
medians within a round, since absolute times of a shared machine mean little. Prints a table and writes JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from tests.bench.load import Sample, Target, chat_body, run_load
from tests.bench.servers import KEY, Server, signalbox_server, stock_server, upstream_server


@dataclass(frozen=True, slots=True)
class Case:
    """One shape of load. ``requests`` is per round and target."""

    name: str
    concurrency: int
    requests: int
    prompt_bytes: int = 60
    stream_chunks: int = 0


CASES: tuple[Case, ...] = (
    Case("c=1", 1, 150),
    Case("c=4", 4, 300),
    Case("c=16", 16, 500),
    Case("c=64", 64, 600),
    Case("stream 5 chunks", 4, 150, stream_chunks=5),
    Case("stream 50 chunks", 4, 60, stream_chunks=50),
    Case("stream 500 chunks", 2, 10, stream_chunks=500),
    Case("prompt 10 KB", 4, 100, prompt_bytes=10_000),
    Case("prompt 1 MB", 1, 10, prompt_bytes=1_000_000),
)


async def _rounds(case: Case, targets: Sequence[Target], rounds: int) -> dict[str, list[Sample]]:
    samples: dict[str, list[Sample]] = {target.name: [] for target in targets}
    for _ in range(rounds):
        for target in targets:
            body = chat_body(target.model, case.prompt_bytes, case.stream_chunks)
            samples[target.name].append(
                await run_load(target, concurrency=case.concurrency, requests=case.requests, body=body)
            )
    return samples


def _ratio(ours: list[Sample], theirs: list[Sample], field: str) -> tuple[float, float, float]:
    """Median, lowest and highest of ours/theirs, round by round."""
    ratios = [getattr(a, field) / getattr(b, field) for a, b in zip(ours, theirs, strict=True)]
    return statistics.median(ratios), min(ratios), max(ratios)


def _row(case: Case, samples: dict[str, list[Sample]]) -> dict[str, Any]:
    row: dict[str, Any] = {"case": asdict(case)}
    for name, taken in samples.items():
        row[name] = {
            field: statistics.median(getattr(s, field) for s in taken)
            for field in ("p50", "p95", "p99", "per_second", "first_ms")
        }
        row[name]["failed"] = sum(s.failed for s in taken)
    for field in ("p50", "p99", "per_second"):
        row[f"ratio_{field}"] = _ratio(samples["signalbox"], samples["stock"], field)
    return row


def measure(rounds: int, cases: Sequence[Case]) -> dict[str, Any]:
    """Run everything; returns a JSON-ready report. Raises RuntimeError where a server does not start."""
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        upstream = cast(Server, stack.enter_context(cast(Any, upstream_server(folder))))
        stock = cast(Server, stack.enter_context(cast(Any, stock_server(folder, upstream.base_url))))
        ours = cast(Server, stack.enter_context(cast(Any, signalbox_server(folder, upstream.base_url))))
        targets = [
            Target("stock", stock.base_url, KEY, "bench"),
            Target("signalbox", ours.base_url, KEY, "auto"),
        ]
        warm = Case("warm", 4, 40)
        asyncio.run(_rounds(warm, targets, 1))
        rows = [_row(case, asyncio.run(_rounds(case, targets, rounds))) for case in cases]
        return {
            "cases": rows,
            "boot_s": {"stock": stock.boot_s, "signalbox": ours.boot_s},
            "gateway_rss_mb": {
                "stock": stock.memory_mb("litellm"),
                "signalbox": ours.memory_mb("plugins.litellm_adapter.server"),
            },
        }


def _print(report: dict[str, Any], console: Console) -> None:
    table = Table(title="Signalbox (all on) beside stock LiteLLM, same upstream, same run")
    heads = ("load", "stock p50 ms", "ours p50", "ratio", "stock req/s", "ours", "ratio", "failed")
    for head in heads:
        table.add_column(head, justify="left" if head == "load" else "right")
    for row in report["cases"]:
        stock, ours = row["stock"], row["signalbox"]
        p50, rate = row["ratio_p50"], row["ratio_per_second"]
        table.add_row(
            row["case"]["name"],
            f"{stock['p50']:.1f}",
            f"{ours['p50']:.1f}",
            f"{p50[0]:.2f} ({p50[1]:.2f}-{p50[2]:.2f})",
            f"{stock['per_second']:.0f}",
            f"{ours['per_second']:.0f}",
            f"{rate[0]:.2f} ({rate[1]:.2f}-{rate[2]:.2f})",
            f"{stock['failed']}/{ours['failed']}",
        )
    console.print(table)
    boot, memory = report["boot_s"], report["gateway_rss_mb"]
    console.print(f"boot: stock {boot['stock']:.1f} s, Signalbox with all parts {boot['signalbox']:.1f} s")
    console.print(f"gateway process: stock {memory['stock']:.0f} MB, Signalbox {memory['signalbox']:.0f} MB resident")


def main() -> None:
    """Measure, print, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of the four concurrencies only")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("build/bench/gateway.json"))
    options, _ = parser.parse_known_args()  # `make bench` gives all benches the same flags
    report = measure(1, CASES[:4]) if options.quick else measure(options.rounds, CASES)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=1))
    _print(report, Console())
    print(f"written to {options.out}")


if __name__ == "__main__":
    main()
