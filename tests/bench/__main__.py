"""``make bench``: every measurement in turn, each with a table and a JSON file under ``build/bench/``.

Knows: the list. Does not know: what each measures.
"""

from __future__ import annotations

import sys

from tests.bench import decide, gateway


def main() -> int:
    """Runs all; the exit status of the decision's bounds is the command's."""
    status = decide.main()
    gateway.main()
    return int(status or 0)


if __name__ == "__main__":
    sys.exit(main())
