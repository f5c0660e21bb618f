"""Files taken in while everything is killed: ``python -m tests.bench taking_in [--files N] [--kills N] [--seed N]``.

Knows: the suite's own test of it, in its full size. Does not know: what it measures (``killed_while_taking_in``). By
default 500 files and ten kill -9 of worker and service; every file must be found once afterwards.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.services.retrieval.test_worker import killed_while_taking_in


def main(argv: list[str] | None = None) -> int:
    """Prints what was killed; 1 where a file is lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    args, _ = parser.parse_known_args(argv)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as state:
        try:
            killed = killed_while_taking_in(Path(state), files=args.files, kills=args.kills, seed=args.seed)
        except AssertionError as error:
            print(f"seed {args.seed}: {error}")
            return 1
    told = ", ".join(f"{name} {count} times" for name, count in killed.items())
    print(f"seed {args.seed}: {args.files} files, each found once; killed: {told}; {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
