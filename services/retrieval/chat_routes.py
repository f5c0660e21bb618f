"""``POST /v1/chat/completions`` of the model ``extractive``: answers that quote what the request holds.

Knows: chat's shape. Does not know: how passages are chosen (``extractive``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.common.errors import ApiError
from services.common.openai_shapes import SSE_TYPE, chat_chunks, chat_completion, completion_id, usage
from services.retrieval.extractive import answer, question_and_material
from services.retrieval.minilm.encoder import Encoder

NAME = "extractive"
FINGERPRINT = "signalbox-extractive"


class Message(BaseModel):
    role: str
    content: Any = None


class StreamOptions(BaseModel):
    include_usage: bool | None = None


class ChatRequest(BaseModel):
    messages: list[Message] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None


def chat_routes(encoder: Callable[[], Encoder]) -> APIRouter:
    """The router."""
    router = APIRouter()

    @router.post("/v1/chat/completions")
    async def chat(request: ChatRequest) -> Response:
        question, material = question_and_material(request.messages)
        if not question or not material.strip():
            raise ApiError(
                400,
                "There is no document in this request: send a file, or name vector stores with the tool file_search. "
                "This model quotes documents; it writes nothing of its own.",
                code="no_document",
            )
        text = await asyncio.to_thread(answer, encoder(), question, material)
        used = usage(len(f"{material} {question}".split()), len(text.split()))
        made: dict[str, Any] = {"id": completion_id(), "model": NAME, "fingerprint": FINGERPRINT}
        if not request.stream:
            return JSONResponse(chat_completion(content=text, usage=used, **made))
        told = used if request.stream_options and request.stream_options.include_usage else None
        pieces = [f"{line}\n" for line in text.split("\n")]
        pieces[-1] = pieces[-1].removesuffix("\n")
        return Response(b"".join(chat_chunks(pieces=pieces, usage=told, **made)), media_type=SSE_TYPE)

    return router
