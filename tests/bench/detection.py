"""How long detection takes and how it grows: ``python -m tests.bench detection [--rounds N] [--json FILE]``.

Knows: plain prompts, business letters full of names and numbers, organization terms by the hundred thousand. Does not
know: requests, decisions. Bounds: below 3 ms p50 for 500 tokens of a prompt; twenty times the tokens, at most thirty
times the time; 100,000 terms at most twice as slow as 100. ``cpu``: of this thread alone, which other processes do not
disturb.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plugins.detectors.finder import Finder
from plugins.routing.config.spec import Boundary
from tests.bench.decide import letter, prompt

TOKENS = (10, 100, 500, 2_000, 5_000, 20_000, 100_000)
BOUND_TOKENS, BOUND_MS = 500, 3.0
GROWTH_FROM, GROWTH_TO, GROWTH = 5_000, 100_000, 30.0
TERMS = (100, 10_000, 100_000)
TERMS_SLOWER = 2.0


def measure(finder: Finder, write: Callable[[int, random.Random], str], tokens: int, rounds: int) -> dict[str, Any]:
    """Milliseconds to look through a text that was never seen before."""
    rng, wall, cpu = random.Random(tokens), [], []
    for _ in range(max(3, rounds * 500 // max(500, tokens))):
        text = write(tokens, rng)
        start, busy = time.perf_counter(), time.thread_time()
        finder.counts(({"role": "user", "content": text},))
        wall.append((time.perf_counter() - start) * 1e3)
        cpu.append((time.thread_time() - busy) * 1e3)
    return {
        "text": write.__name__,
        "tokens": tokens,
        "p50_ms": round(statistics.median(wall), 3),
        "max_ms": round(max(wall), 3),
        "cpu_p50_ms": round(statistics.median(cpu), 3),
    }


def terms(count: int) -> Finder:
    """A finder that knows ``count`` terms of two words each."""
    rng = random.Random(count)
    letters = "abcdefghijklmnopqrstuvwxyz"

    def word() -> str:
        return "".join(rng.choices(letters, k=7))

    return Finder(Boundary(terms=tuple(f"{word()} {word()}" for _ in range(count)), prose=False))


def run(rounds: int = 200) -> dict[str, Any]:
    """All figures, and whether the bounds hold."""
    finder = Finder(Boundary())
    for write in (prompt, letter):
        measure(finder, write, 99, 50)  # warm
    rows = [measure(finder, write, tokens, rounds) for write in (prompt, letter) for tokens in TOKENS]
    cpu = {(row["text"], row["tokens"]): row["cpu_p50_ms"] for row in rows}
    by_terms = {count: measure(terms(count), prompt, 2_000, rounds)["cpu_p50_ms"] for count in TERMS}
    return {
        "bench": "detection",
        "rows": rows,
        "terms_cpu_p50_ms": by_terms,
        "max_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "holds": cpu["prompt", BOUND_TOKENS] < BOUND_MS
        and all(cpu[text, GROWTH_TO] <= GROWTH * cpu[text, GROWTH_FROM] for text in ("prompt", "letter"))
        and by_terms[TERMS[-1]] <= TERMS_SLOWER * by_terms[TERMS[0]],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", type=Path, default=Path("build/bench/detection.json"))
    options, _ = parser.parse_known_args()
    result = run(options.rounds)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result) + "\n")
    columns = list(result["rows"][0])
    print(" ".join(f"{name:>11}" for name in columns))
    for row in result["rows"]:
        print(" ".join(f"{row[name]:>11}" for name in columns))
    print(f"terms, CPU ms for 2,000 tokens: {result['terms_cpu_p50_ms']}; memory at most {result['max_rss_mb']} MB")
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
