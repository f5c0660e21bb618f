"""``python -m services.documents --port P``: reads documents for the gateway's other parts.

Knows: flags and environment. Does not know: formats. Exits 2 where SIGNALBOX_DOCUMENTS cannot be used.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping, Sequence

from services.common.serve import serve
from services.common.settings import service_parser, service_settings
from services.documents.app import NAME, documents_app
from services.documents.settings import limits_from


def main(argv: Sequence[str], environ: MutableMapping[str, str]) -> int:
    """Serves until stopped; returns the exit status. Takes the internal key out of ``environ``: processes that read
    documents inherit it."""
    args = service_parser(NAME, "Text, tables and images out of documents, and the store of files.").parse_args(argv)
    settings = service_settings(NAME, args, environ)
    try:
        limits = limits_from(environ)
    except (ValueError, TypeError) as error:
        print(f"SIGNALBOX_DOCUMENTS cannot be used: {error}", file=sys.stderr)
        return 2
    environ.pop("SIGNALBOX_INTERNAL_KEY", None)
    serve(lambda: documents_app(settings.state, limits, settings.internal_key), settings)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
