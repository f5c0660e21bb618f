"""``python -m services.retrieval --port P [--state DIR]``.

Knows: flags and environment. Does not know: what is served.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial

from fastapi import FastAPI

from services.common.serve import serve
from services.common.settings import service_parser, service_settings
from services.retrieval.app import NAME, retrieval_app
from services.retrieval.documents import documents_from
from services.retrieval.jobs import jobs_from
from services.retrieval.minilm.convert import EXACT, QUICK
from services.retrieval.minilm.encoder import open_encoder
from services.retrieval.stores import Stores

CHROMA_ENV = "SIGNALBOX_RETRIEVAL_CHROMA"
MAX_STORES_ENV = "SIGNALBOX_RETRIEVAL_MAX_STORES"


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serves until stopped; returns the exit status."""
    parser = service_parser(NAME, "Embeddings and reranking on the CPU, in OpenAI's shape.")
    settings = service_settings(NAME, parser.parse_args(argv), environ)

    def app() -> FastAPI:
        folder, queue = settings.state / "retrieval", jobs_from(environ, settings.state)
        most = int(environ.get(MAX_STORES_ENV) or 1000)
        stores = Stores(folder, queue, chroma_url=environ.get(CHROMA_ENV) or None, max_stores=most)
        documents = documents_from(environ)
        exact, quick = (partial(open_encoder, settings.state, name) for name in (EXACT, QUICK))
        return retrieval_app(exact, settings.internal_key, stores, documents, quick=quick)

    serve(app, settings)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
