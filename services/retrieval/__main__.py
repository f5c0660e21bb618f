"""``python -m services.retrieval --port P [--state DIR]``.

Knows: flags and environment. Does not know: what is served.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from services.common.serve import serve
from services.common.settings import service_parser, service_settings
from services.retrieval.app import NAME, retrieval_app
from services.retrieval.minilm.encoder import open_encoder


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serves until stopped; returns the exit status."""
    parser = service_parser(NAME, "Embeddings and reranking on the CPU, in OpenAI's shape.")
    settings = service_settings(NAME, parser.parse_args(argv), environ)
    serve(lambda: retrieval_app(lambda: open_encoder(settings.state), settings.internal_key), settings)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
