"""``POST /routing/explain``: what would be decided, without sending anything.

Knows: one body or ``{"requests": [...]}``. Does not know: HTTP or who may ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from plugins.litellm_adapter.gateway import Gateway
from plugins.routing.explain import explain
from plugins.routing.openai_request import BadRequest, facts_from_body
from plugins.routing.types import Caller, DataClass

MAX_REQUESTS = 1000


async def explain_bodies(gateway: Gateway, body: Any, declared: DataClass | None = None) -> Any:
    """One ``explain`` object, or ``{"decisions": [...]}`` in the order asked. A malformed body gives
    ``{"error": {"message", "param"}}`` in its place. ``declared``: the data class that the header of the real request
    would name."""
    requests = body.get("requests") if isinstance(body, Mapping) else None
    if not isinstance(requests, list):
        return _one(gateway, body, declared)
    return {"decisions": [await asyncio.to_thread(_one, gateway, item, declared) for item in requests[:MAX_REQUESTS]]}


def _one(gateway: Gateway, body: Any, declared: DataClass | None) -> dict[str, Any]:
    if isinstance(body, dict):
        body.setdefault("model", "auto")
    try:
        caller = Caller(is_admin=True, may_declare=True, declared=declared)
        facts = facts_from_body(body, caller=caller, request_id="explain")
    except BadRequest as error:
        return {"error": {"message": error.message, "param": error.param}}
    # No conversation: what is only explained must not mark what is later asked.
    return explain(gateway.decide(replace(facts, conversation="")))
