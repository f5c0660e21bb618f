"""The service's routes put together.

Knows: which file has which route. Does not know: how any of them works.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from services.audio import sphinx
from services.audio.ears import Ears
from services.audio.settings import AudioSettings
from services.audio.speech import add_speech
from services.audio.transcriptions import add_transcriptions
from services.common.app import create_app

NAME = "audio"
VOICES = "voices"
MAX_BODY = 64 * 1024 * 1024
_TIDY_S = 5.0


def audio_app(settings: AudioSettings, internal_key: str | None) -> FastAPI:
    """The application. Ready at once: models are loaded when they are first asked for."""
    ears = Ears(settings)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        keeper = asyncio.create_task(_keep_tidy(ears, settings))
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await ears.close()

    app = create_app(NAME, ready=None, internal_key=internal_key, lifespan=lifespan, max_body_bytes=MAX_BODY)
    app.state.ears = ears
    add_transcriptions(app, ears, settings)
    add_speech(app, settings)
    _add_information(app, ears)
    return app


def _add_information(app: FastAPI, ears: Ears) -> None:
    @app.get("/v1/models")
    async def models() -> JSONResponse:
        cards = [_card(name, "transcription", "high") for name in ears.models()]
        if sphinx.is_installed():
            cards.append({**_card(sphinx.NAME, "transcription", "low"), "languages": ["en"]})
        cards.append(_card(VOICES, "speech", None))
        return JSONResponse({"object": "list", "data": cards})

    @app.get("/state")
    async def state() -> JSONResponse:
        told = [
            {
                "name": name,
                "state": "loaded" if ear.loaded else "unloaded",
                "in_flight": min(1, ear.inside),
                "waiting": max(0, ear.inside - 1),
                "engine": ear.engine,
            }
            for name, ear in ears.loaded().items()
        ]
        return JSONResponse({"time": time.time(), "models": told})


def _card(name: str, kind: str, accuracy: str | None) -> dict[str, Any]:
    card = {"id": name, "object": "model", "created": 0, "owned_by": "signalbox", "kind": kind}
    return {**card, "accuracy": accuracy} if accuracy else card


async def _keep_tidy(ears: Ears, settings: AudioSettings) -> None:
    while True:
        await asyncio.sleep(min(_TIDY_S, max(0.05, settings.idle_s / 4)))
        await ears.tidy()
