"""``/v1/vector_stores``: OpenAI's routes for vector stores, which ``services/retrieval`` does.

Knows: which paths are passed on, and that a search is judged, limited and charged as an embedding of its query. Does
not know: stores. LiteLLM's own routes would ask api.openai.com.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.errors import render
from plugins.litellm_adapter.hooks import as_proxy_exception
from plugins.litellm_adapter.own_call import Done, Target, own_call
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.retrieval_client import RetrievalClient, owner_headers

Key = Annotated[Any, Depends(user_api_key_auth)]

MAX_BODY = 4 * 1024 * 1024
PREFIX = "/v1/vector_stores"
_ID = r"[A-Za-z0-9_-]{1,128}"
_PATHS: tuple[tuple[str, frozenset[str]], ...] = (
    ("", frozenset({"GET", "POST"})),
    (f"/{_ID}", frozenset({"GET", "POST", "DELETE"})),
    (f"/{_ID}/files", frozenset({"GET", "POST"})),
    (f"/{_ID}/files/{_ID}", frozenset({"GET", "POST", "DELETE"})),
    (f"/{_ID}/files/{_ID}/content", frozenset({"GET"})),
    (f"/{_ID}/file_batches", frozenset({"POST"})),
    (f"/{_ID}/file_batches/{_ID}", frozenset({"GET"})),
    (f"/{_ID}/file_batches/{_ID}/cancel", frozenset({"POST"})),
    (f"/{_ID}/file_batches/{_ID}/files", frozenset({"GET"})),
)
"""What is passed on; a search has its own route."""

CAPABILITY = "embed"
"""What a key must be allowed to search: its query is embedded."""


def vector_store_routes(client: RetrievalClient) -> APIRouter:
    """The router."""
    router = APIRouter()

    @router.post(f"{PREFIX}/{{store_id}}/search")
    async def search(store_id: str, request: Request, key: Key) -> Response:
        body = await request.json()
        query = body.get("query")
        if not re.fullmatch(_ID, store_id):
            raise as_proxy_exception(Refused(404, "There is no such vector store.", "vector_store_not_found"))
        if not query or not isinstance(query, str | list):
            raise as_proxy_exception(
                Refused(400, "query is missing: write what is looked for.", "invalid_value", "query")
            )

        async def attempt(_: Target) -> Done[dict[str, Any]]:
            try:
                found = await client.search(store_id, owner_headers(key), body)
            except Refused as error:
                raise _carried(error) from None
            return Done(found, {"tokens": found["signalbox"]["tokens"], "queries": 1})

        result = await own_call(request, key, {"model": CAPABILITY, "input": query}, "aembedding", attempt)
        return Response(orjson.dumps(result.value), media_type="application/json", headers=dict(result.headers))

    @router.api_route(PREFIX, methods=["GET", "POST"])
    @router.api_route(f"{PREFIX}/{{rest:path}}", methods=["GET", "POST", "DELETE"])
    async def passed_on(request: Request, key: Key) -> Response:
        rest = request.scope["path"].removeprefix(PREFIX)
        if not allowed(rest, request.method):
            return _error(Refused(404, f"{request.method} {rest[:80]} is not a route of vector stores.", "not_found"))
        content = await request.body()
        if len(content) > MAX_BODY:
            return _error(Refused(413, f"The request is larger than {MAX_BODY} bytes.", "request_too_large"))
        try:
            answer = await client.send(
                request.method, PREFIX + rest, owner_headers(key), content=content, query=request.url.query
            )
        except Refused as error:
            return _error(error)
        return Response(answer.content, answer.status_code, _kept(answer.headers), "application/json")

    return router


def allowed(rest: str, method: str) -> bool:
    """Whether this is one of OpenAI's routes; ``rest`` is what follows ``PREFIX``."""
    return any(method in methods and re.fullmatch(pattern, rest) for pattern, methods in _PATHS)


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in ("retry-after", "x-request-id") if name in headers}


def _error(why: Refused) -> Response:
    return Response(render(why, anthropic=False), why.status, media_type="application/json")


def _carried(why: Refused) -> Exception:
    """An error of ours through LiteLLM's router: the lane shows what it carries."""
    import litellm

    kinds = {400: litellm.BadRequestError, 404: litellm.NotFoundError}
    kind = kinds.get(why.status)
    given = {"message": why.message, "llm_provider": "openai", "model": CAPABILITY}
    error: Exception = kind(**given) if kind else litellm.APIError(status_code=why.status, **given)
    error.refused = why  # type: ignore[attr-defined] # read by own_call
    return error
