"""``python -m services.console --port P --state DIR``.

Knows: the command line. Does not know: pages.
"""

from __future__ import annotations

import os
import sys

from services.common.serve import serve
from services.common.settings import service_parser, service_settings
from services.console.app import create_console
from services.console.settings import read_settings


def main(arguments: list[str] | None = None) -> None:
    """Serves until stopped. Exits with status 2 where something that it needs is missing."""
    parser = service_parser("console", "Pages under /console that show what the gateway decides and why.")
    args = parser.parse_args(arguments)
    try:
        common = service_settings("console", args, os.environ)
        settings = read_settings(common.state, os.environ)
    except ValueError as error:
        print(f"console: {error}", file=sys.stderr)
        raise SystemExit(2) from error
    serve(lambda: create_console(settings), common)


if __name__ == "__main__":
    main()
