"""``/v1/audio/*``, where LiteLLM's own handlers bend OpenAI's shapes: it buffers speech, wraps subtitles in JSON,
swallows ``stream`` and has no translations.

Knows: OpenAI's audio requests and how they are passed to the audio sidecar. Does not know: what may be sent where (the
lane's hooks decide), how anything is heard or spoken. Source: the OpenAI API reference, "Audio".

A recording is heard on this machine first wherever a deployment outside could be chosen for it; what was said is then
judged like any text. Without a transcript it counts as unread.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import litellm
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.hearing import ENGINE, HEARD, SECONDS, Heard, hear
from plugins.litellm_adapter.hooks import SignalboxHooks
from plugins.litellm_adapter.own_call import Done, Result, Target, own_call, post, refused
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.transcripts import body_of, wanted_of
from plugins.litellm_adapter.upload import Upload, read_upload

Key = Annotated[Any, Depends(user_api_key_auth)]

SPOKEN = ("model", "input", "instructions")
"""What the hooks see of a request for speech."""

_TIMEOUT = httpx.Timeout(None, connect=5.0)
"""No read timeout: a long recording takes minutes, and a caller who tires closes the connection."""

_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=20)


def audio_routes(hooks: SignalboxHooks, client: httpx.AsyncClient | None = None) -> APIRouter:
    """The router. ``client``: how sidecars are reached."""
    router = APIRouter()
    http = client or httpx.AsyncClient(timeout=_TIMEOUT, limits=_LIMITS, trust_env=False)

    @router.post("/v1/audio/speech")
    @router.post("/audio/speech")
    async def speech(request: Request, key: Key) -> Response:
        body = await request.json()
        _check_speech(body)
        body = {**body, "model": capability_of(hooks, body.get("model"))}
        return await _speech(http, request, key, body)

    @router.post("/v1/audio/transcriptions")
    @router.post("/audio/transcriptions")
    async def transcriptions(request: Request, key: Key) -> Response:
        return await _listen(http, hooks, request, key, "transcriptions")

    @router.post("/v1/audio/translations")
    @router.post("/audio/translations")
    async def translations(request: Request, key: Key) -> Response:
        return await _listen(http, hooks, request, key, "translations")

    return router


def capability_of(hooks: SignalboxHooks, model: Any) -> Any:
    """The model as asked for, or the capability that stands for it (``gateway.audio.names``)."""
    router = hooks.gateway.router
    known = model in router.spec.capabilities or any(d.model_group == model for d in router.deployments)
    return model if known or not isinstance(model, str) else router.spec.audio.names.get(model, model)


async def _speech(http: httpx.AsyncClient, request: Request, key: Any, body: dict[str, Any]) -> Response:
    async def attempt(target: Target) -> Done[httpx.Response]:
        asked = {**body, "model": target.model}
        answer = await post(http, target, "/v1/audio/speech", stream=True, json=asked)
        return Done(answer, {"characters": len(body["input"])}, _told(answer))

    async def foreign(**arguments: Any) -> Any:
        wanted = {k: v for k, v in body.items() if k not in ("model", "stream_format")}
        return await litellm.aspeech(**{**arguments, "voice": "alloy", **wanted})

    seen = {name: body[name] for name in SPOKEN if name in body}
    return _sound(await own_call(request, key, seen, "aspeech", attempt, foreign=foreign))


async def _listen(http: httpx.AsyncClient, hooks: SignalboxHooks, request: Request, key: Any, work: str) -> Response:
    try:
        upload = await read_upload(request)
    except Refused as error:
        raise refused(error) from None
    try:
        result = await _heard(http, hooks, request, key, upload, work)
        return await _transcript(result, upload)
    except Refused as error:
        raise refused(error) from None
    finally:
        await upload.close()


async def _heard(
    http: httpx.AsyncClient, hooks: SignalboxHooks, request: Request, key: Any, upload: Upload, work: str
) -> Result[httpx.Response | Heard]:
    """The transcript or the beginning of one; the whole recording was sent by then. Raises Refused where it cannot be
    heard at all, and what ``own_call`` raises."""
    model = capability_of(hooks, upload.fields.get("model"))
    seen: dict[str, Any] = {"model": model, "prompt": upload.fields.get("prompt", "")}
    if _may_leave(hooks, model):
        seen[HEARD] = await hear(http, upload.name, upload.file, _language(upload))

    async def attempt(target: Target) -> Done[httpx.Response | Heard]:
        heard = seen.get(HEARD)
        if isinstance(heard, Heard) and work == "transcriptions" and target.builtin and upload.is_plain:
            return Done(heard, {"seconds": heard.seconds}, {ENGINE: heard.engine})
        await upload.rewind()
        form = {**upload.form, "model": target.model}
        files = {"file": (upload.name, upload.file)}
        path = f"/v1/audio/{work}"
        answer = await post(http, target, path, stream=upload.stream, data=form, files=files)
        return Done(answer, {"seconds": float(answer.headers.get(SECONDS, "0"))}, _told(answer))

    async def foreign(**arguments: Any) -> Any:
        return await _foreign(upload, work, arguments)

    return await own_call(request, key, seen, "atranscription", attempt, foreign=foreign)


def _may_leave(hooks: SignalboxHooks, model: Any) -> bool:
    """Whether a place that may not be given everything could be chosen for this model."""
    gateway = hooks.gateway
    pinned = model not in gateway.router.spec.capabilities
    return any(
        d.mode == "audio_transcription" and d.id not in gateway.safe and (not pinned or d.model_group == model)
        for d in gateway.router.deployments
    )


def _language(upload: Upload) -> dict[str, str]:
    return {"language": upload.fields["language"]} if upload.fields.get("language") else {}


async def _foreign(upload: Upload, work: str, arguments: dict[str, Any]) -> Any:
    """A deployment of another maker, through LiteLLM."""
    if work == "translations":
        model = str(arguments.get("model"))
        raise litellm.BadRequestError("This model cannot be asked for translations.", model, "openai")
    await upload.rewind()
    names = ("language", "prompt", "temperature")
    wanted: dict[str, Any] = {n: upload.fields[n] for n in names if upload.fields.get(n)}
    if upload.granularities:
        wanted["timestamp_granularities"] = list(upload.granularities)
    file = (upload.name, await upload.read())
    form = wanted_of(upload.response_format)
    return await litellm.atranscription(**{**arguments, **wanted, "file": file, "response_format": form})


async def _transcript(result: Result[httpx.Response | Heard], upload: Upload) -> Response:
    headers, value = dict(result.headers), result.value
    if isinstance(value, httpx.Response):
        kind = value.headers["content-type"]
        if upload.stream:
            return StreamingResponse(passed_on(value), media_type=kind, headers=headers)
        return Response(value.content, media_type=kind, headers=headers)
    whole = value.body if isinstance(value, Heard) else result.foreign.model_dump()
    body, kind = body_of(whole, upload.response_format, stream=upload.stream)
    return Response(body, media_type=kind, headers=headers)


def _check_speech(body: Any) -> None:
    """Raises ProxyException (400) where there is nothing to be spoken."""
    text = body.get("input")
    if not isinstance(text, str) or not text.strip():
        raise refused(Refused(400, "input is missing: write the text to be spoken.", "invalid_value", "input"))


def _sound(result: Result[httpx.Response]) -> Response:
    """Passed on as it comes; a deployment of another maker answers whole."""
    answer = result.value
    if answer is None:
        given = result.foreign.response
        kind = given.headers.get("content-type", "audio/mpeg")
        return Response(result.foreign.content, media_type=kind, headers=dict(result.headers))
    kind = answer.headers["content-type"]
    return StreamingResponse(passed_on(answer), media_type=kind, headers=dict(result.headers))


def _told(answer: httpx.Response) -> dict[str, str]:
    """What a sidecar says about itself."""
    return {ENGINE: answer.headers[ENGINE]} if ENGINE in answer.headers else {}


async def passed_on(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The bytes of an unread answer as they come. Closes it, also where the caller goes away."""
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()
