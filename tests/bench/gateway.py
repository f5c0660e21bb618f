"""What Signalbox adds to a request, beside stock LiteLLM, in one run: ``python -m tests.bench.gateway [--quick]``.

All stand in front of the same fast upstream and take the same load in turn, A B A B; what is compared are ratios of
medians within a round, since absolute times of a shared machine mean little. Load, upstream and gateways share the same
cores. Portkey's gateway is a third one where ``make bench-portkey`` has installed it. Prints a table, writes JSON and a
chart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench.cases import CASES, QUICK, Case, Contender, per_chunk_ms, rounds
from tests.bench.chart import chart
from tests.bench.embedding import embedding
from tests.bench.load import Target
from tests.bench.machine import stamp
from tests.bench.portkey import installed, portkey_server
from tests.bench.report import show
from tests.bench.servers import KEY, chat_models, signalbox_server, stock_server, upstream_server

WARM_UP = Case("warm", 4, 60)


def measure(count: int, cases: Sequence[Case], workers: str) -> dict[str, Any]:
    """Run everything; returns a JSON-ready report. Raises RuntimeError where a server does not start."""
    machine = stamp()
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        upstream = stack.enter_context(upstream_server(folder))
        models = chat_models(upstream.base_url)
        stock = stack.enter_context(stock_server(folder, models))
        ours = stack.enter_context(signalbox_server(folder, models, workers))
        contenders = [
            Contender(stock, Target("stock", stock.base_url, KEY, "bench"), "litellm"),
            Contender(ours, Target("signalbox", ours.base_url, KEY, "auto"), "plugins.litellm_adapter"),
        ]
        if installed():
            third = stack.enter_context(portkey_server(folder))
            headers = (("x-portkey-provider", "openai"), ("x-portkey-custom-host", f"{upstream.base_url}/v1"))
            contenders.append(Contender(third, Target("portkey", third.base_url, KEY, "bench", headers), "portkey"))
        asyncio.run(rounds(WARM_UP, contenders, 1))
        rows = [asyncio.run(rounds(case, contenders, count)) for case in cases]
        return {
            "bench": "gateway",
            "machine": machine,
            "rounds": count,
            "workers": workers,
            "cases": rows,
            "per_chunk_ms": {c.target.name: per_chunk_ms(rows, c.target.name) for c in contenders},
            "embedding": embedding(ours.base_url, folder),
            "boot_s": {c.target.name: c.server.boot_s for c in contenders},
            "gateway_rss_mb": {c.target.name: c.server.memory_mb(c.part) for c in contenders},
        }


def main() -> None:
    """Measure, print, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of the four concurrencies only")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", default="1", help="of Signalbox, as `signalbox up --workers` takes it")
    parser.add_argument("--out", type=Path, default=Path("build/bench/gateway.json"))
    options, _ = parser.parse_known_args()  # `make bench` gives all benches the same flags
    report = measure(1, QUICK, options.workers) if options.quick else measure(options.rounds, CASES, options.workers)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=1))
    options.out.with_suffix(".svg").write_text(chart(report))
    show(report, Console())
    print(f"written to {options.out} and {options.out.with_suffix('.svg')}")


if __name__ == "__main__":
    main()
