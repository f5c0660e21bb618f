"""``POST /routing/config/check``: would LiteLLM take these deployments?

Knows: the path and that only an administrator may ask. Does not know: the file that they come from. The supervisor asks
before an edit is taken: it has no LiteLLM of its own.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.check_config import told
from plugins.litellm_adapter.hooks import as_proxy_exception
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.translate import is_admin

Key = Annotated[Any, Depends(user_api_key_auth)]


def config_routes() -> APIRouter:
    """The router; separate for tests."""
    router = APIRouter()

    @router.post("/routing/config/check")
    async def check(request: Request, key: Key) -> dict[str, Any]:
        if not is_admin(key):
            what = "Only an admin key may use this route."
            raise as_proxy_exception(Refused(403, what, "permission_denied", kind="permission_error"))
        body = await request.json()  # not called model_list: LiteLLM refuses a body with that name
        entries = body.get("deployments") if isinstance(body, dict) else None
        if not isinstance(entries, list):
            raise as_proxy_exception(Refused(400, "deployments must be a list.", "invalid_value", "deployments"))
        return {"problems": await asyncio.to_thread(told, entries)}

    return router
