"""Memory over many requests: ``python -m tests.bench soak [--requests 20000] [--minutes 60]``.

Every part runs; plain and streamed chats, embeddings and greetings go through one gateway worker at concurrency 16.
Resident memory of each part with its children is sampled; told is its slope over the second half (caches fill in the
first), in megabytes for 1,000 requests. Prints a table and writes JSON.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from tests.bench.whole import processes, whole
from tests.support.system import System

CONCURRENCY = 16
SAMPLE_S = 2.0


def _asked(model: str, words: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": words}], **more}


BODIES = (
    _asked("auto", "Summarize number {n}."),
    _asked("bench", "Explain {n}.", stream=True),
    _asked("auto", "hello"),
    _asked("tiny", "Say {n}.", max_tokens=8),
)


@dataclass(frozen=True, slots=True)
class Slope:
    """Megabytes; ``per_thousand``: added by 1,000 requests over the second half."""

    part: str
    first_mb: float
    last_mb: float
    per_thousand: float


class Soak:
    """Sends until so many were sent, or the time is over. ``words``: of each answer that was not 200, with its body."""

    def __init__(self, system: System, requests: int, seconds: float) -> None:
        self.system = system
        self.left = iter(range(requests))
        self.until = time.monotonic() + seconds
        self.statuses: Counter[int] = Counter()
        self.words: Counter[str] = Counter()
        self._lock = threading.Lock()

    def one(self) -> None:
        """One thread's requests."""
        with self.system.client(timeout=120) as client:
            while time.monotonic() < self.until:
                with self._lock:
                    number = next(self.left, None)
                if number is None:
                    return
                text = json.dumps(BODIES[number % len(BODIES)]).replace("{n}", str(number))
                kind = {"content-type": "application/json"}
                try:
                    answer = client.post("/v1/chat/completions", content=text, headers=kind)
                    status, words = answer.status_code, answer.text[:300]
                except httpx.HTTPError as error:
                    status, words = 0, repr(error)
                with self._lock:
                    self.statuses[status] += 1
                    if status != 200:
                        self.words[f"{number % len(BODIES)}: {status} {words}"] += 1


def memory(system: System) -> dict[str, float]:
    """Resident megabytes by part, each with its children."""
    sums: Counter[str] = Counter()
    for label, found in processes(system).items():
        for process in found:
            try:
                sums[label.split(":")[0].removesuffix(" worker")] += process.memory_info().rss
            except psutil.Error:
                continue
    return {part: size / 2**20 for part, size in sums.items()}


def slopes(samples: list[tuple[int, dict[str, float]]]) -> list[Slope]:
    """By part, over the second half of the requests. ``samples``: (requests so far, megabytes by part)."""
    half = [s for s in samples if s[0] >= samples[-1][0] / 2]
    made: list[Slope] = []
    for part in sorted(half[-1][1]):
        points = [(count, sizes[part]) for count, sizes in half if part in sizes]
        counts, sizes = np.array([p[0] for p in points]), np.array([p[1] for p in points])
        slope = float(np.polyfit(counts, sizes, 1)[0]) * 1000 if len(set(counts.tolist())) > 1 else 0.0
        first = next(s[1][part] for s in samples if part in s[1])
        made.append(Slope(part, first, float(sizes[-1]), slope))
    return made


def measure(requests: int, minutes: float) -> tuple[list[Slope], Soak, float]:
    """Runs it; slopes, what was answered, requests a second."""
    with whole(workers=1) as system:
        soak = Soak(system, requests, minutes * 60)
        threads = [threading.Thread(target=soak.one, daemon=True) for _ in range(CONCURRENCY)]
        began, samples = time.monotonic(), [(0, memory(system))]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(SAMPLE_S)
            samples.append((soak.statuses.total(), memory(system)))
            if len(samples) % 30 == 0:
                print(dict(soak.statuses), {k: round(v) for k, v in samples[-1][1].items()}, flush=True)
        if soak.words:
            print(system.tails(60))
        return slopes(samples), soak, soak.statuses.total() / (time.monotonic() - began)


def main() -> int:
    """Measure, print, write; 1 where a request was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--out", type=Path, default=Path("build/bench/soak.json"))
    options, _ = parser.parse_known_args()
    found, soak, rate = measure(options.requests, options.minutes)
    statuses = soak.statuses
    options.out.parent.mkdir(parents=True, exist_ok=True)
    report = {"slopes": [asdict(s) for s in found], "statuses": statuses, "per_second": rate, "words": soak.words}
    options.out.write_text(json.dumps(report, indent=1))
    table = Table(title=f"{statuses.total()} requests at {rate:.0f}/s: {dict(statuses)}")
    for head in ("part", "MB at first", "MB at last", "MB per 1,000 requests, second half"):
        table.add_column(head, justify="left" if head == "part" else "right")
    for row in found:
        table.add_row(row.part, f"{row.first_mb:.0f}", f"{row.last_mb:.0f}", f"{row.per_thousand:+.2f}")
    Console().print(table)
    for words, count in soak.words.most_common(5):
        print(f"{count} x {words}")
    return 0 if set(statuses) == {200} else 1


if __name__ == "__main__":
    raise SystemExit(main())
