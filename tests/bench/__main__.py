"""``make bench``: every measurement in turn, each with a table and a JSON file under ``build/bench/``.

Knows: the list. Does not know: what each measures. ``make bench ARGS="NAME ..."`` runs only those; flags go to each.
"""

from __future__ import annotations

import importlib
import sys

BENCHES = (
    "decide",
    "detection",
    "own_cost",
    "seeing",
    "egress",
    "audio",
    "documents",
    "retrieval",
    "gateway",
    "routes",
    "paper",
)
"""Modules of this folder with a ``main``; its exit status, where it gives one, says whether its bounds hold."""

LONG = ("kill", "soak", "taking_in")
"""Those that take minutes: run by name only."""


def main() -> int:
    """Runs them; 1 where a bound was missed."""
    asked = [name for name in sys.argv[1:] if name in (*BENCHES, *LONG)]
    sys.argv = [sys.argv[0], *(a for a in sys.argv[1:] if a not in (*BENCHES, *LONG))]
    missed = []
    for name in asked or BENCHES:
        print(f"\n== {name}", flush=True)
        if importlib.import_module(f"tests.bench.{name}").main():
            missed.append(name)
    print(f"\nbounds missed: {', '.join(missed)}" if missed else "\nall bounds hold")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
