"""The shapes of load that a bench run sends, and how a round of them is compared.

Knows: loads, samples, ratios. Does not know: servers, how anything is printed.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.load import Sample, Target, chat_body, run_load
from tests.bench.servers import Server

FIELDS = ("p50", "p95", "p99", "per_second", "first_ms")
RATIOS = ("p50", "p99", "per_second", "first_ms")


@dataclass(frozen=True, slots=True)
class Case:
    """One shape of load. ``requests`` is per round and target. ``prompt``: the whole text, where given."""

    name: str
    concurrency: int
    requests: int
    prompt_bytes: int = 60
    stream_chunks: int = 0
    prompt: str | None = None


CASES: tuple[Case, ...] = (
    Case("c=1", 1, 150),
    Case("c=4", 4, 300),
    Case("c=16", 16, 500),
    Case("c=64", 64, 600),
    Case("stream 5 chunks", 4, 150, stream_chunks=5),
    Case("stream 50 chunks", 4, 60, stream_chunks=50),
    Case("stream 500 chunks", 2, 10, stream_chunks=500),
    Case("prompt 1 KB", 4, 150, prompt_bytes=1_000),
    Case("prompt 10 KB", 4, 100, prompt_bytes=10_000),
    Case("prompt 100 KB", 2, 30, prompt_bytes=100_000),
    Case("prompt 1 MB", 1, 10, prompt_bytes=1_000_000),
    # The book answers; stock has none and asks the upstream: what is compared is the way, not the answer.
    Case("instant answer c=1", 1, 100, prompt="hello"),
)
QUICK = CASES[:4]


@dataclass(frozen=True, slots=True)
class Contender:
    """A server under load, the target that reaches it, and which of its processes are the gateway itself."""

    server: Server
    target: Target
    part: str


async def rounds(case: Case, contenders: Sequence[Contender], count: int) -> dict[str, Any]:
    """``count`` rounds over all contenders in turn. A row: the case, for each contender the medians, what failed, and
    CPU milliseconds a request (of the whole process tree, and of the gateway's own processes); ratios against the
    contender called stock, round by round: median, lowest, highest."""
    samples: dict[str, list[Sample]] = {c.target.name: [] for c in contenders}
    cpu: dict[str, list[tuple[float, float]]] = {c.target.name: [] for c in contenders}
    for _ in range(count):
        for one in contenders:
            body = chat_body(one.target.model, case.prompt_bytes, case.stream_chunks, case.prompt)
            before = one.server.cpu_seconds(""), one.server.cpu_seconds(one.part)
            sample = await run_load(one.target, concurrency=case.concurrency, requests=case.requests, body=body)
            after = one.server.cpu_seconds(""), one.server.cpu_seconds(one.part)
            samples[one.target.name].append(sample)
            whole, own = ((b - a) * 1e3 / case.requests for a, b in zip(before, after, strict=True))
            cpu[one.target.name].append((whole, own))
    return _row(case, samples, cpu)


def per_chunk_ms(rows: Sequence[dict[str, Any]], name: str) -> float | None:
    """Milliseconds that each further chunk of a stream costs: the longest stream against the shortest one."""
    streams = [r for r in rows if r["case"]["stream_chunks"]]
    if len(streams) < 2:
        return None
    short, long = streams[0], streams[-1]
    return float(
        (long[name]["p50"] - short[name]["p50"]) / (long["case"]["stream_chunks"] - short["case"]["stream_chunks"])
    )


def _row(case: Case, samples: dict[str, list[Sample]], cpu: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    row: dict[str, Any] = {"case": asdict(case)}
    for name, taken in samples.items():
        row[name] = {field: statistics.median(getattr(s, field) for s in taken) for field in FIELDS}
        row[name]["failed"] = sum(s.failed for s in taken)
        row[name]["cpu_ms"] = statistics.median(whole for whole, _ in cpu[name])
        row[name]["gateway_cpu_ms"] = statistics.median(own for _, own in cpu[name])
        if name != "stock" and "stock" in samples:
            row[name]["ratios"] = {f: _ratio(taken, samples["stock"], f) for f in RATIOS}
    return row


def _ratio(ours: list[Sample], theirs: list[Sample], field: str) -> tuple[float, float, float]:
    """Median, lowest and highest of ours/theirs, round by round."""
    found = [getattr(a, field) / getattr(b, field) for a, b in zip(ours, theirs, strict=True)]
    return statistics.median(found), min(found), max(found)
