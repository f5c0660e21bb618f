"""The documents service: what the gateway's other parts ask it over loopback.

Knows: how the parts of this service are put together. Does not know: keys; it believes the owner that the gateway
names. The HTTP API is described in this folder's README.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI

from services.common.app import create_app
from services.documents.extract_routes import extract_routes
from services.documents.extraction import Extraction
from services.documents.file_routes import file_routes
from services.documents.jobs import Jobs
from services.documents.ocr_routes import ocr_routes
from services.documents.settings import Limits
from services.documents.store import Store

NAME = "documents"
PURGE_S = 60.0
BASE64 = 4 / 3
"""A file in a JSON body is that much larger."""


def documents_app(state: Path, limits: Limits, internal_key: str | None) -> FastAPI:
    """The application; its files lie under ``state``/documents."""
    folder = state / "documents"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store(folder, limits.quota_mb * 2**20, limits.max_files)
    extraction = Extraction(Jobs(limits), folder / "spool")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(_purge(store), name="documents-purge")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            store.close()

    app = create_app(
        NAME,
        ready=None,
        internal_key=internal_key,
        lifespan=lifespan,
        max_body_bytes=int(limits.max_bytes * BASE64) + 2**20,
    )
    app.include_router(extract_routes(extraction, store))
    app.include_router(file_routes(extraction, store))
    app.include_router(ocr_routes(extraction))
    return app


async def _purge(store: Store) -> None:
    while True:
        await asyncio.to_thread(store.purge)
        await asyncio.sleep(PURGE_S)
