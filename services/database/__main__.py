"""`python -m services.database --state DIR --port PORT`: the database as one supervised part (see `part`)."""

import os

from services.database.part import Background, DatabasePart
from services.database.paths import StatePaths


def main() -> int:
    """0 if it was asked to stop, 1 (with one line on standard error) if it cannot run."""
    from services.common.settings import service_parser, service_settings

    parser = service_parser("database", "Postgres, Redis, migrations and the query engine for LiteLLM.")
    settings = service_settings("database", parser.parse_args(), os.environ)
    part = DatabasePart(StatePaths.of(settings.state))
    with Background(part) as background:
        # Half a second of imports, while Postgres starts.
        from services.common.app import Readiness, create_app
        from services.common.serve import serve

        async def ready() -> Readiness:
            return Readiness(part.state == "ready", part.detail)

        serve(lambda: create_app("database", ready=ready, internal_key=settings.internal_key), settings)
    return 1 if background.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
