"""``python -m services.egress --port P``: the one process that holds the clouds' credentials and has a way out.

Knows: flags, where files lie in the state directory. Does not know: requests. Exits 2 without the key of the verdicts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from services.common.serve import serve
from services.common.settings import read_secret, service_parser, service_settings
from services.egress.app import NAME, EgressSettings, egress_app

KEY_ENV = "SIGNALBOX_EGRESS_KEY"


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serves until stopped; returns the exit status."""
    args = service_parser(NAME, "Signalbox's wall: lets out what carries a signed verdict.").parse_args(argv)
    settings = service_settings(NAME, args, environ)
    key = environ.get(KEY_ENV) or read_secret(settings.state / "secrets" / "egress.key")
    if not key:
        print(f"no key to verify verdicts with: `signalbox up` makes it, or set {KEY_ENV}", file=sys.stderr)
        return 2
    own = EgressSettings(
        targets=settings.state / "run" / "egress.json",
        record=settings.state / "egress.jsonl",
        key=key.encode(),
        environ=environ,
    )
    serve(lambda: egress_app(own), settings)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
