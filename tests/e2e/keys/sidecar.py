"""A stand-in for sidecars that do priced work: embeddings, transcription, pages.

Knows: the answers' shapes and the amounts of work in them. Does not know: prices.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response, StreamingResponse

TOKENS, SECONDS, PAGES = 5, 12.5, 3
SOUND = b"ID3" + bytes(range(256)) * 64


def _app() -> FastAPI:
    app = FastAPI()

    @app.post("/v1/embeddings")
    async def embeddings() -> dict[str, Any]:
        data = [{"object": "embedding", "index": 0, "embedding": [0.5, 0.5]}]
        usage = {"prompt_tokens": TOKENS, "total_tokens": TOKENS}
        return {"object": "list", "model": "e", "data": data, "usage": usage}

    @app.post("/v1/audio/transcriptions")
    async def transcriptions() -> dict[str, Any]:
        return {"task": "transcribe", "language": "english", "duration": SECONDS, "text": "hello", "segments": []}

    @app.post("/v1/audio/speech")
    async def speech(body: dict[str, Any]) -> Response:
        if body["voice"] == "nobody":
            error = {"message": "There is no voice nobody: ask for alloy.", "type": "invalid_request_error"}
            return JSONResponse({"error": {**error, "param": "voice", "code": "voice_not_found"}}, status_code=400)
        pieces = (SOUND[i : i + 4096] for i in range(0, len(SOUND), 4096))
        return StreamingResponse(pieces, media_type="audio/mpeg", headers={"x-signalbox-engine": "stand-in"})

    @app.post("/v1/ocr")
    async def ocr() -> dict[str, Any]:
        pages = [{"index": i, "markdown": "text", "images": []} for i in range(PAGES)]
        return {"pages": pages, "model": "o", "usage_info": {"pages_processed": PAGES, "doc_size_bytes": 10}}

    return app


@contextmanager
def sidecar() -> Iterator[str]:
    """Serves on an ephemeral loopback port until the block ends; its base URL without a path."""
    server = uvicorn.Server(uvicorn.Config(_app(), host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < end, "the stand-in did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
