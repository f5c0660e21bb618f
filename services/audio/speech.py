"""``POST /v1/audio/speech``: a text, spoken, from the first piece on.

Knows: the request's fields. Does not know: synthesizers, encoders. Source: the OpenAI API reference, "Create speech".
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Literal

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from services.audio import piper
from services.audio.espeak import EspeakError
from services.audio.saying import spoken
from services.audio.settings import AudioSettings
from services.audio.sound_file import KINDS, Format, sound_file
from services.audio.transcriptions import ENGINE
from services.audio.voices import OPENAI, Voice, piper_voices, voice_of
from services.common.errors import ApiError
from services.common.openai_shapes import SSE_TYPE, sse

CHARACTERS = "x-signalbox-characters"


class VoiceId(BaseModel):
    """A voice as an object."""

    id: str


class SpeechRequest(BaseModel):
    """``instructions`` and ``model`` are taken and change nothing: these voices have one manner."""

    input: str
    model: str = ""
    voice: str | VoiceId = "alloy"
    instructions: str | None = None
    response_format: Format = "mp3"
    speed: Annotated[float, Field(ge=0.25, le=4.0)] = 1.0
    stream_format: Literal["audio", "sse"] = "audio"


def add_speech(app: FastAPI, settings: AudioSettings) -> None:
    """Adds the route."""

    @app.post("/v1/audio/speech")
    async def speech(asked: SpeechRequest) -> StreamingResponse:
        text = asked.input.strip()
        if not text:
            raise ApiError(400, "input: there is nothing to be spoken.", code="invalid_value", param="input")
        if len(text) > settings.max_characters:
            most = settings.max_characters
            raise ApiError(400, f"input: is longer than {most} characters: split it.", code="too_long", param="input")
        voice = _voice(asked, settings)
        sound = spoken(text, voice, asked.speed)
        try:
            first = await asyncio.to_thread(next, sound, b"")
        except EspeakError as error:
            raise _no_voice(settings) from error
        headers = {CHARACTERS: str(len(asked.input)), ENGINE: voice.engine}
        chunks = _encoded(first, sound, asked.response_format)
        if asked.stream_format == "sse":
            return StreamingResponse(_events(chunks, len(asked.input)), media_type=SSE_TYPE, headers=headers)
        return StreamingResponse(chunks, media_type=KINDS[asked.response_format].content_type, headers=headers)


async def _encoded(first: bytes, rest: Iterator[bytes], form: Format) -> AsyncIterator[bytes]:
    """What is ready is given on at once; the next piece is spoken when it was taken."""
    out, samples = sound_file(form), first
    while samples:
        if ready := await asyncio.to_thread(out.feed, samples):
            yield ready
        samples = await asyncio.to_thread(next, rest, b"")
    if ready := await asyncio.to_thread(out.close):
        yield ready


async def _events(chunks: AsyncIterator[bytes], characters: int) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        yield sse({"type": "speech.audio.delta", "audio": base64.b64encode(chunk).decode()})
    tokens = {"input_tokens": (characters + 3) // 4, "output_tokens": 0, "total_tokens": (characters + 3) // 4}
    yield sse({"type": "speech.audio.done", "usage": tokens})


def _voice(asked: SpeechRequest, settings: AudioSettings) -> Voice:
    name = asked.voice if isinstance(asked.voice, str) else asked.voice.id
    voice = voice_of(name, piper_voices(settings.models_dir), default_piper=piper.is_installed())
    if voice is None:
        raise _no_voice(settings)
    return voice


def _no_voice(settings: AudioSettings) -> ApiError:
    own = "".join(f", {name}" for name in piper_voices(settings.models_dir)) if piper.is_installed() else ""
    return ApiError(
        400,
        f"voice: there is no such voice. There are {', '.join(OPENAI)}{own}, and espeak-ng's own, such as de or fr+f3.",
        code="voice_not_found",
        param="voice",
    )
