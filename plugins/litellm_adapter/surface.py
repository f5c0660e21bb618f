"""Which paths are open, and how strictly a body is read there.

Knows: paths. Does not know: bodies or deployments. LiteLLM serves a few hundred routes; those that carry content to a
provider without passing the boundary's hooks (provider pass-through, token counting at the provider, assistants,
fine-tuning, realtime, ...) are closed here, by default: what LiteLLM calls an API route and is not listed is not
served.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from litellm.proxy.auth.route_checks import RouteChecks


class Surface(Enum):
    """``JUDGED``: content that the hooks judge. ``CLOSED``: not served. ``OTHER``: management, UI, health, own
    routes."""

    JUDGED = "judged"
    CLOSED = "closed"
    OTHER = "other"


_OPEN_TO_CONTENT = re.compile(
    r"(?:/v1)?/(?:chat/completions|completions|embeddings|responses|messages|rerank|moderations|ocr"
    r"|audio/(?:speech|transcriptions|translations)|images/(?:generations|edits|variations))"
    r"|/v2/rerank"
    r"|/(?:engines|openai/deployments)/[^/]+(?:/[^/]+)*/(?:chat/completions|completions|embeddings)"
)
_OPEN_WITHOUT_CONTENT = re.compile(
    r"(?:/v1)?/models(?:/[^:]+)?|/v1/model/info|/model/info|/v2/model/info|/model_group/info"
    r"|(?:/v1)?/responses/[^/]+(?:/(?:cancel|input_items))?"
    r"|/v1/messages/count_tokens|/health(?:/(?!test_connection).*)?"
)
_NOT_A_RESPONSE_ID = re.compile(r"(?:/v1)?/responses/(?:compact|input_tokens)")
_CLOSED_ALWAYS = re.compile(
    r"/(?:v1/)?(?:files|batches|fine_tuning|assistants|threads|vector_stores|rag|search|videos|containers|realtime|evals"
    r"|skills|memory|agents|interactions|traces|logs|indexes)(?:/.*)?"
    r"|/v1beta/.*|/(?:v1/)?models/.*:[a-zA-Z]+|/openai/.*|/openai_passthrough/.*|/engines/.*|/queue/.*|/cursor/.*"
    r"|/utils/(?:token_counter|transform_request)|/health/test_connection|/rerank_passthrough/.*|/plugin-proxy/.*"
    r"|/(?:anthropic|gemini|google|vertex[-_]ai|bedrock|cohere|mistral|azure|azure_ai|vllm|assemblyai|eu\.assemblyai"
    r"|langfuse|milvus|mcp|mcp-rest|a2a|toolset|cursor|lens|auto_router)(?:/.*)?|/[^/]+/mcp(?:/.*)?"
    r"|/[^/]+/v1/(?:files|batches|fine_tuning)(?:/.*)?"
)


@lru_cache(maxsize=2048)
def surface(path: str, method: str) -> Surface:
    """What the gateway does with a request to ``path``. A trailing slash or a doubled one makes another path."""
    if _OPEN_TO_CONTENT.fullmatch(path):
        return Surface.JUDGED
    if _NOT_A_RESPONSE_ID.fullmatch(path):
        return Surface.CLOSED
    if _OPEN_WITHOUT_CONTENT.fullmatch(path):
        return Surface.OTHER
    if _CLOSED_ALWAYS.fullmatch(path) or (method != "GET" and RouteChecks.is_llm_api_route(route=path)):
        return Surface.CLOSED
    return Surface.OTHER
