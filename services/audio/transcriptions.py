"""``POST /v1/audio/transcriptions`` and ``/v1/audio/translations``.

Knows: the form's fields. Does not know: recognizers, containers. Source: the OpenAI API reference, "Audio".

Every answer says ``x-signalbox-seconds`` (of audio) and ``x-signalbox-engine`` before its first byte.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import FormData, UploadFile

from services.audio.ears import Ear, Ears, needs_model
from services.audio.engine import Wish
from services.audio.formats import FORMATS, SEGMENT, TYPES, WORD, Format, delta, done, rendered
from services.audio.languages import code_of
from services.audio.listening import heard, transcript
from services.audio.recording import Recording, decoded
from services.audio.settings import AudioSettings
from services.common.errors import ApiError
from services.common.openai_shapes import SSE_TYPE

SECONDS, ENGINE = "x-signalbox-seconds", "x-signalbox-engine"
_GRANULARITIES = ("timestamp_granularities[]", "timestamp_granularities")
_DECODERS = 2
"""Recordings that are decoded at once; the others wait on the disk."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A form, read and checked."""

    file: UploadFile
    model: str
    wish: Wish
    form: Format
    stream: bool
    granularities: tuple[str, ...]


def add_transcriptions(app: FastAPI, ears: Ears, settings: AudioSettings) -> None:
    """Adds both routes."""
    decoders = asyncio.Semaphore(_DECODERS)

    @app.post("/v1/audio/transcriptions")
    async def transcriptions(request: Request) -> Response:
        return await answer(request, translate=False)

    @app.post("/v1/audio/translations")
    async def translations(request: Request) -> Response:
        return await answer(request, translate=True)

    async def answer(request: Request, *, translate: bool) -> Response:
        async with AsyncExitStack() as stack:
            form = await stack.enter_async_context(request.form(max_files=1, max_fields=32))
            asked = read_form(form, translate=translate)
            ear = fitting(ears, asked)
            await stack.enter_async_context(ear.place())
            recording = await stack.enter_async_context(_decoded(asked, settings, decoders))
            headers = {SECONDS: f"{recording.seconds:.3f}", ENGINE: ear.engine}
            if asked.stream:
                kept = stack.pop_all()
                return StreamingResponse(_events(kept, ear, recording, asked), media_type=SSE_TYPE, headers=headers)
            told = await transcript(ear, recording, asked.wish)
            body = rendered(told, asked.form, asked.wish, asked.granularities)
            return Response(body, media_type=TYPES[asked.form], headers=headers)
        raise AssertionError  # the stack swallows nothing


@asynccontextmanager
async def _decoded(asked: Asked, settings: AudioSettings, decoders: asyncio.Semaphore) -> AsyncIterator[Recording]:
    opened = decoded(asked.file.file, settings.max_seconds)
    async with decoders:
        recording = await asyncio.to_thread(opened.__enter__)
    try:
        yield recording
    finally:
        opened.__exit__(None, None, None)


async def _events(held: AsyncExitStack, ear: Ear, recording: Recording, asked: Asked) -> AsyncIterator[bytes]:
    """The transcript as it is heard. Gives its place in the line back at the end."""
    async with held:
        said = ""
        async for _, segment in heard(ear, recording, asked.wish):
            piece = segment.text if said else segment.text.lstrip()
            said += piece
            yield delta(piece)
        yield done(said.rstrip(), recording.seconds)


def fitting(ears: Ears, asked: Asked) -> Ear:
    """The ear that is asked for. Raises ApiError where it cannot do this."""
    ear, language = ears.ear(asked.model), asked.wish.language
    if ear.languages is not None and (asked.wish.translate or (language or "en") not in ear.languages):
        what = "translate" if asked.wish.translate else "transcribe this language"
        raise needs_model(f"{ear.name} hears English only and cannot {what}; add a multilingual model")
    return ear


def read_form(form: FormData, *, translate: bool) -> Asked:
    """The fields. Raises ApiError (400) with the field's name for what is missing or wrong."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise _wrong("file", "send the recording as a file in multipart/form-data")
    if file.size == 0:
        raise _wrong("file", "the file is empty: send a recording")
    word = _text(form, "response_format") or "json"
    if word not in FORMATS:
        raise _wrong("response_format", f"is not one of {', '.join(FORMATS)}")
    stream = (_text(form, "stream") or "false").lower() in ("true", "1")
    if stream and word not in ("json", "text"):
        raise _wrong("stream", f"a stream is text as it is heard; {word} needs stream=false")
    given = tuple(str(v) for name in _GRANULARITIES for v in form.getlist(name))
    if unknown := [g for g in given if g not in (WORD, SEGMENT)]:
        raise _wrong(_GRANULARITIES[0], f"is not one of {WORD}, {SEGMENT} ({len(unknown)} unknown)")
    if given and word != "verbose_json":
        raise _wrong(_GRANULARITIES[0], "needs response_format verbose_json")
    wish = Wish(_language(form), _text(form, "prompt"), _temperature(form), translate, WORD in given)
    return Asked(file, _text(form, "model"), wish, word, stream, given)


def _language(form: FormData) -> str | None:
    given = _text(form, "language")
    code = code_of(given) if given else None
    if given and code is None:
        raise _wrong("language", "is not a language that is known here: use a code of ISO 639-1, such as en or de")
    return code


def _temperature(form: FormData) -> float:
    text = _text(form, "temperature") or "0"
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise _wrong("temperature", "is not a number from 0 to 1")
    return value


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _wrong(param: str, why: str) -> ApiError:
    return ApiError(400, f"{param}: {why}.", code="invalid_value", param=param)
