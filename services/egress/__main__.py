"""``python -m services.egress --port P``: the one process that holds the clouds' credentials and has a way out.

Knows: flags, where files lie in the state directory. Does not know: requests. Exits 2 without the key of the verdicts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from plugins.routing.config.load import load_config
from plugins.routing.config.spec import Boundary
from services.common.serve import serve
from services.common.settings import read_secret, service_parser, service_settings
from services.egress.app import NAME, EgressSettings, egress_app
from services.egress.fetch import Fetcher
from services.egress.held import tell
from services.egress.rescan import Rescan

KEY_ENV = "SIGNALBOX_EGRESS_KEY"


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serves until stopped; returns the exit status."""
    parser = service_parser(NAME, "Signalbox's wall: lets out what carries a signed verdict.")
    parser.add_argument("--config", type=Path, help="YAML file with gateway.boundary (default: the shipped defaults)")
    args = parser.parse_args(argv)
    settings = service_settings(NAME, args, environ)
    key = environ.get(KEY_ENV) or read_secret(settings.state / "secrets" / "egress.key")
    if not key:
        print(f"no key to verify verdicts with: `signalbox up` makes it, or set {KEY_ENV}", file=sys.stderr)
        return 2
    tell(settings.state, environ)
    boundary = _boundary(args.config)
    own = EgressSettings(
        targets=settings.state / "run" / "egress.json",
        state=settings.state,
        key=key.encode(),
        environ=environ,
        checkpoint_s=boundary.ledger.checkpoint_s,
        witnesses=boundary.ledger.witnesses,
        fetch=Fetcher(boundary.fetch),
        rescan=Rescan(boundary) if boundary.egress.rescan else None,
    )
    serve(lambda: egress_app(own), settings)
    return 0


def _boundary(config: Path | None) -> Boundary:
    """What the YAML says when the broker starts. Raises ConfigError."""
    return Boundary() if config is None else load_config(config).spec.boundary


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
