"""The built-in answers, and trained skills, as an OpenAI-shaped service.

Knows: ``POST /v1/chat/completions`` and ``GET /v1/models``. Does not know: which requests are sent here (the signal
``instant`` decides). It never pretends to be a language model: ``system_fingerprint`` says what answered, and what the
book does not know is declined, not made up.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from services.common.app import create_app
from services.common.errors import ApiError
from services.common.openai_shapes import SSE_TYPE, chat_chunks, chat_completion, completion_id, model_list, usage
from services.instant.answering import Answering
from services.instant.chat import ChatRequest, last_user_text
from services.instant.reply import Reply, cut, pieces_of
from services.instant.skills import FINGERPRINT as SKILL
from services.instant.skills import PREFIX, Skills

NAME = "instant"
FINGERPRINT = "signalbox-answer-book"
MAX_BODY = 12 * 1024 * 1024
"""A little over what the gateway lets through."""


def instant_app(answering: Answering, internal_key: str | None, skills: Skills | None = None) -> FastAPI:
    """The application. Ready as soon as it exists: the book was loaded before."""
    app = create_app(NAME, ready=None, internal_key=internal_key, max_body_bytes=MAX_BODY)

    @app.get("/v1/models")
    async def models() -> JSONResponse:
        return JSONResponse(model_list([NAME]))

    @app.post("/v1/chat/completions")
    async def chat(request: ChatRequest) -> Response:
        texts = request.texts()
        if skills is not None and request.model.startswith(PREFIX):
            content, logprobs = skills.answer(request)
            reply = cut(content, max_tokens=request.limit, stop=request.stops)
            used = usage(sum(len(pieces_of(t)) for t in texts), len(reply.pieces))
            return _response(request, reply, used, model=request.model, fingerprint=SKILL, logprobs=logprobs)
        answer = answering.answer(last_user_text(request, texts))
        if answer is None:
            raise declined()
        reply = cut(answer, max_tokens=request.limit, stop=request.stops)
        return _response(request, reply, usage(sum(len(pieces_of(t)) for t in texts), len(reply.pieces)))

    return app


def declined() -> ApiError:
    """What is answered where the book has nothing: only a request that names the model group comes to this."""
    return ApiError(
        422,
        "The built-in answer book has no answer to this. Ask for the model auto instead, so that a language model "
        "gets it; `signalbox models pull NAME` or `ollama pull NAME` adds one.",
        code="instant_declined",
        param="messages",
    )


def _response(
    request: ChatRequest,
    reply: Reply,
    used: dict[str, int],
    *,
    model: str = NAME,
    fingerprint: str = FINGERPRINT,
    logprobs: dict[str, Any] | None = None,
) -> Response:
    same: dict[str, Any] = {
        "id": completion_id(),
        "model": model,
        "fingerprint": fingerprint,
        "finish_reason": reply.finish_reason,
    }
    if not request.stream:
        return JSONResponse(chat_completion(content=reply.text, usage=used, logprobs=logprobs, **same))
    told = used if request.stream_options is not None and request.stream_options.include_usage else None
    events = chat_chunks(pieces=reply.pieces, usage=told, **same)
    # The whole answer is there already: sent at once, it is still a stream of events to the client.
    return Response(b"".join(events), media_type=SSE_TYPE, headers={"cache-control": "no-cache"})
