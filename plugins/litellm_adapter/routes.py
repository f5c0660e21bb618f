"""The gateway's own routes, in front of LiteLLM's.

Knows: their paths and who may use them. Does not know: how a decision is made or logged.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from litellm.proxy._types import LiteLLMRoutes
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.audio_routes import audio_routes
from plugins.litellm_adapter.config_routes import config_routes
from plugins.litellm_adapter.document_routes import document_routes
from plugins.litellm_adapter.explaining import explain_bodies
from plugins.litellm_adapter.feedback_routes import feedback_routes
from plugins.litellm_adapter.figure_routes import figure_routes
from plugins.litellm_adapter.file_routes import file_routes
from plugins.litellm_adapter.hooks import SignalboxHooks, as_proxy_exception
from plugins.litellm_adapter.ocr_routes import ocr_routes
from plugins.litellm_adapter.readiness import Parts
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.request_headers import DATA_CLASS, data_class_of
from plugins.litellm_adapter.retrieval_client import RetrievalClient
from plugins.litellm_adapter.translate import is_admin
from plugins.litellm_adapter.vector_store_routes import vector_store_routes
from plugins.routing.openai_request import BadRequest, facts_from_body
from plugins.routing.types import Caller

MAX_DECISIONS = 1000
CONSOLE_LINK = {
    "title": "Signalbox console",
    "description": "Every decision with its why, costs, latency, the boundary and its ledger.",
    "url": "/console",
    "tags": [],
}
SELF_CHECKED = ("/routing/feedback", "/routing/decisions/{decision_id}", "/v1/documents/extract")
Key = Annotated[Any, Depends(user_api_key_auth)]


def install(app: FastAPI, hooks: SignalboxHooks, state: Path | None) -> None:
    """Puts our routes before LiteLLM's, so that they win where both serve a path."""
    ours = (own_routes(hooks, Parts(state)), feedback_routes(hooks, state), audio_routes(hooks), config_routes())
    include_first(app, *ours, figure_routes(hooks, state), vector_store_routes(RetrievalClient(os.environ)))
    include_first(app, file_routes(hooks), document_routes(), ocr_routes())
    any_key_may_ask()


def include_first(app: FastAPI, *routers: APIRouter) -> None:
    """Their routes before all that are there."""
    before = len(app.router.routes)
    for router in routers:
        app.include_router(router)
    ours = app.router.routes[before:]
    del app.router.routes[before:]
    app.router.routes[0:0] = ours
    app.openapi_schema = None


def any_key_may_ask() -> None:
    """Opens the routes that check by themselves whose a decision is: LiteLLM keeps unknown paths for admins."""
    open_routes: list[str] = LiteLLMRoutes.self_managed_routes.value
    open_routes.extend(path for path in SELF_CHECKED if path not in open_routes)


def own_routes(hooks: SignalboxHooks, parts: Parts) -> APIRouter:
    """The router; separate for tests."""
    router = APIRouter()

    @router.post("/routing/explain")
    async def explain(request: Request, key: Key) -> Any:
        _admin_only(key)
        declared = data_class_of(request.headers.get(DATA_CLASS))
        return await explain_bodies(hooks.gateway, await request.json(), declared)

    @router.get("/routing/decisions")
    async def decisions(key: Key, limit: Annotated[int, Query(ge=1, le=MAX_DECISIONS)] = 100) -> dict[str, Any]:
        _admin_only(key)
        log = hooks.gateway.log
        return {"decisions": log.recent(limit) if log is not None else []}

    @router.get("/get/latest_release_info")
    async def latest_release(key: Key) -> None:
        # LiteLLM's own route asks GitHub whenever the admin UI is opened.
        del key

    @router.get("/public/litellm_blog_posts")
    async def posts() -> dict[str, Any]:
        # LiteLLM's UI lists its maker's news in its bar; here that is the way to the console.
        return {"posts": [{**CONSOLE_LINK, "date": time.strftime("%Y-%m-%d")}]}

    @router.get("/health/readiness")
    async def readiness(response: Response) -> dict[str, Any]:
        from litellm.proxy.health_endpoints._health_endpoints import health_readiness

        own = await health_readiness(response)
        waiting = await parts.not_ready()
        if waiting or response.status_code == 503:
            response.status_code = 503
            return {"status": "not ready", "waiting_for": list(waiting) or ["gateway"], "litellm": own}
        return {"status": "healthy", "db": own.get("db")}

    @router.post("/v1/messages/count_tokens")
    async def count_tokens(request: Request, key: Key) -> dict[str, int]:
        # LiteLLM's own route sends the content to the provider; an estimate leaves nothing.
        del key
        body = {"max_tokens": 1, **await request.json()}
        try:
            facts = facts_from_body(body, route="/v1/messages", caller=Caller(), request_id="")
        except BadRequest as error:
            raise as_proxy_exception(Refused(400, error.message, "invalid_value", error.param)) from None
        return {"input_tokens": facts.token_estimate}

    return router


def _admin_only(key: Any) -> None:
    if not is_admin(key):
        raise as_proxy_exception(
            Refused(403, "Only an admin key may use this route.", "permission_denied", kind="permission_error")
        )
