"""What each route costs: LiteLLM alone, and what Signalbox adds. ``python -m tests.bench.routes [--quick]``.

Both gateways have the same deployments, answered by the same fast upstream, and take the same requests in turn. Counted
is the CPU of the gateway's own process (that of the sidecars beside it), since a machine that others use as well makes
clocks mean little; samples say which layer of the code the time of a chat goes to. Prints a line for each, writes JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.bench.asks import FORM, WORDS, Ask, asks, form, model_list
from tests.bench.load import Target, run_load
from tests.bench.machine import stamp
from tests.bench.sampler import injected, sample
from tests.bench.servers import KEY, Server, signalbox_server, stock_server, upstream_server

CONCURRENCY = 4
FIELDS = ("gateway_cpu_ms", "other_cpu_ms", "p50")


@dataclass(frozen=True, slots=True)
class Measured:
    """One gateway: which of its processes is the gateway itself, and what it is sent."""

    server: Server
    target: Target
    part: str
    asks: Mapping[str, Ask]

    def pid(self) -> int:
        """Of the gateway's own process."""
        root = psutil.Process(self.server.process.pid)
        found = [p for p in (root, *root.children(recursive=True)) if self.part in " ".join(p.cmdline())]
        parents = {p.ppid() for p in found}
        # A worker is a fork of the one that imported; who asked for it has the same words on its command line.
        return max((p for p in found if p.pid not in parents), key=lambda p: p.memory_info().rss).pid


def measure(count: int, rounds: int) -> dict[str, Any]:
    """Everything, as a JSON-ready report."""
    machine = stamp()
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        upstream = stack.enter_context(upstream_server(folder))
        models, extra = model_list(upstream.base_url), injected(folder)
        stock = stack.enter_context(stock_server(folder, models, extra))
        ours = stack.enter_context(signalbox_server(folder, models, extra=extra))
        both = (
            Measured(stock, Target("stock", stock.base_url, KEY, "bench"), "litellm", _by_name("bench", None)),
            Measured(
                ours,
                Target("signalbox", ours.base_url, KEY, "auto"),
                "plugins.litellm_adapter",
                _by_name("auto", _store(ours.base_url)),
            ),
        )
        for one in both:
            _round(one, one.asks["chat, local"], 100)
        rows = [_row(name, both, count, rounds) for name in both[1].asks]
        return {
            "bench": "routes",
            "machine": machine,
            "requests": count,
            "rounds": rounds,
            "routes": rows,
            "layers": {one.target.name: _layers(one, folder, count * rounds * 2) for one in both},
        }


def _by_name(chat: str, store: str | None) -> dict[str, Ask]:
    return {ask.name: ask for ask in asks(chat, store) if ask.stock or store}


def _row(name: str, both: tuple[Measured, ...], count: int, rounds: int) -> dict[str, Any]:
    taken: dict[str, list[dict[str, float]]] = {one.target.name: [] for one in both if name in one.asks}
    for one in both:
        if name in one.asks:
            _round(one, one.asks[name], 10)  # clients, connections and code are made with the first
    for _ in range(rounds):
        for one in both:
            if name in one.asks:
                taken[one.target.name].append(_round(one, one.asks[name], count))
    row: dict[str, Any] = {"route": name}
    for who, samples in taken.items():
        row[who] = {field: statistics.median(s[field] for s in samples) for field in FIELDS}
        row[who]["failed"] = sum(s["failed"] for s in samples)
    return row


def _round(one: Measured, ask: Ask, count: int) -> dict[str, float]:
    before = one.server.cpu_seconds(one.part), one.server.cpu_seconds("")
    load = run_load(
        one.target,
        concurrency=CONCURRENCY,
        requests=count,
        body=ask.body,
        path=ask.path,
        content_type=ask.content_type,
    )
    found = asyncio.run(load)
    time.sleep(0.5)  # what is written after the answer belongs to it
    after = one.server.cpu_seconds(one.part), one.server.cpu_seconds("")
    own, whole = ((b - a) * 1e3 / count for a, b in zip(before, after, strict=True))
    return {"gateway_cpu_ms": own, "other_cpu_ms": whole - own, "p50": found.p50, "failed": float(found.failed)}


def _layers(one: Measured, folder: Path, count: int) -> dict[str, float]:
    """CPU milliseconds a chat request by layer; threads beside the main one by name."""
    pid = one.pid()
    sample(folder, pid, True)
    _round(one, one.asks["chat, local"], count)
    found = sample(folder, pid, False)
    named = {**found["layers"], **{f"thread: {name}": seconds for name, seconds in found["threads"].items()}}
    return {name: seconds * 1e3 / count for name, seconds in named.items() if seconds > 0}


def _store(base_url: str) -> str:
    """A vector store with one file, taken in. Raises TimeoutError where that takes more than a minute."""
    headers = {"authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=60, trust_env=False) as http:
        body = form({"purpose": "assistants"}, "tides.txt", (WORDS + " The tide turns every six hours.").encode())
        file = http.post("/v1/files", content=body, headers={"content-type": FORM}).raise_for_status().json()["id"]
        made = http.post("/v1/vector_stores", json={"name": "bench", "file_ids": [file]}).raise_for_status().json()
        deadline = time.monotonic() + 60
        while http.get(f"/v1/vector_stores/{made['id']}").json().get("status") != "completed":
            if time.monotonic() > deadline:
                raise TimeoutError("the vector store did not take its file in")
            time.sleep(0.2)
    return str(made["id"])


def show(report: dict[str, Any]) -> None:
    """A line for each route and layer."""
    for row in report["routes"]:
        stock, ours = row.get("stock"), row["signalbox"]
        alone = f"{stock['gateway_cpu_ms']:6.1f}" if stock else "     -"
        print(
            f"{row['route']:<22} LiteLLM {alone}  Signalbox {ours['gateway_cpu_ms']:6.1f}"
            f"  beside it {ours['other_cpu_ms']:6.1f} ms CPU  failed {ours['failed']:.0f}"
        )
    for who, layers in report["layers"].items():
        print(f"{who}: " + ", ".join(f"{n} {ms:.2f}" for n, ms in sorted(layers.items(), key=lambda i: -i[1])))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--json", type=Path, default=Path("build/bench/routes.json"))
    options, _ = parser.parse_known_args()
    report = measure(20, 1) if options.quick else measure(60, 3)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report, indent=1))
    show(report)
    return int(any(row[who]["failed"] for row in report["routes"] for who in row if who != "route"))


if __name__ == "__main__":
    sys.exit(main())
