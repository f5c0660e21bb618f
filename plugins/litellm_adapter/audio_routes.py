"""``/v1/audio/*``, where LiteLLM's own handlers bend OpenAI's shapes: it buffers speech.

Knows: OpenAI's audio requests and how they are passed to the audio sidecar. Does not know: what may be sent where (the
lane's hooks decide), how anything is spoken. Source: the OpenAI API reference, "Audio".
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import litellm
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.hooks import as_proxy_exception
from plugins.litellm_adapter.own_call import Done, Result, Target, own_call, post
from plugins.litellm_adapter.refusal import Refused

Key = Annotated[Any, Depends(user_api_key_auth)]

SPOKEN = ("model", "input", "instructions")
"""What the hooks see of a request for speech."""

ENGINE = "x-signalbox-engine"
"""Names the program that did the work, e.g. ``espeak-ng``."""

_TIMEOUT = httpx.Timeout(None, connect=5.0)
"""No read timeout: a long recording takes minutes, and a caller who tires closes the connection."""


def audio_routes(client: httpx.AsyncClient | None = None) -> APIRouter:
    """The router. ``client``: how sidecars are reached."""
    router = APIRouter()
    http = client or httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False)

    @router.post("/v1/audio/speech")
    @router.post("/audio/speech")
    async def speech(request: Request, key: Key) -> Response:
        body = await request.json()
        _check_speech(body)

        async def attempt(target: Target) -> Done[httpx.Response]:
            asked = {**body, "model": target.model}
            answer = await post(http, target, "/v1/audio/speech", stream=True, json=asked)
            return Done(answer, {"characters": len(body["input"])}, _told(answer))

        async def foreign(**arguments: Any) -> Any:
            wanted = {k: v for k, v in body.items() if k not in ("model", "stream_format")}
            return await litellm.aspeech(**{**arguments, "voice": "alloy", **wanted})

        seen = {name: body[name] for name in SPOKEN if name in body}
        return _sound(await own_call(request, key, seen, "aspeech", attempt, foreign=foreign))

    return router


def _check_speech(body: Any) -> None:
    """Raises ProxyException (400) where there is nothing to be spoken."""
    text = body.get("input")
    if not isinstance(text, str) or not text.strip():
        raise as_proxy_exception(
            Refused(400, "input is missing: write the text to be spoken.", "invalid_value", "input")
        )


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
