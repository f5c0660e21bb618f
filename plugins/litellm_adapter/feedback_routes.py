"""``POST /routing/feedback`` for any key, ``GET /routing/feedback`` for admins.

Knows: who may judge which decision. Does not know: what is done with it. Stored is no text, only a decision's id, a
word and an intent.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.hooks import SignalboxHooks, as_proxy_exception
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import CURRENT
from plugins.litellm_adapter.translate import is_admin
from plugins.routing.feedback import Feedback, FeedbackLog, decision_row, feedback_rows
from plugins.routing.types import INTENTS, UNSURE

RATINGS = ("good", "bad")
MAX_ROWS = 1000
FLUSH_S = 1.0
Key = Annotated[Any, Depends(user_api_key_auth)]


def feedback_routes(hooks: SignalboxHooks, state: Path | None) -> APIRouter:
    """The routes; without a state directory nothing is known and nothing kept."""
    router = APIRouter()
    log = FeedbackLog(state / "feedback.sqlite") if state is not None else None

    @router.post("/routing/feedback")
    async def give(request: Request, key: Key) -> dict[str, Any]:
        try:
            decision_id, rating, right = read(await request.json())
            known = await asyncio.to_thread(_decision, hooks, state, decision_id)
            own = getattr(key, "api_key", None) or getattr(key, "token", None)
            # Another key's decision is answered like one that does not exist.
            if known is None or log is None or not (is_admin(key) or known["key_id"] == own):
                raise Refused(
                    404, "No such decision: send the x-signalbox-decision-id of an answer to this key.",
                    "decision_not_found", "decision_id",
                )  # fmt: skip
            if not log.put(Feedback(time.time(), decision_id, own, rating, known["intent"], right)):
                raise Refused(503, "Too much feedback at once: try again.", "service_unavailable")
        except Refused as error:
            if (trace := CURRENT.get()) is not None:
                trace.refusal = error
            raise as_proxy_exception(error) from None
        hooks.gateway.metrics.judged.labels(rating).inc()
        return {"decision_id": decision_id, "rating": rating, "right_intent": right}

    @router.get("/routing/feedback")
    async def told(key: Key, limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = 100) -> dict[str, Any]:
        if not is_admin(key):
            raise as_proxy_exception(
                Refused(403, "Only an admin key may use this route.", "permission_denied", kind="permission_error")
            )
        rows = await asyncio.to_thread(feedback_rows, state / "feedback.sqlite", limit) if state is not None else []
        return {"feedback": rows}

    return router


def read(body: Any) -> tuple[str, str, str | None]:
    """(decision id, rating, right intent). Raises Refused(400)."""
    given = body if isinstance(body, dict) else {}
    decision_id, rating, right = given.get("decision_id"), given.get("rating"), given.get("right_intent")
    if not isinstance(decision_id, str) or not decision_id or len(decision_id) > 80:
        raise Refused(400, "decision_id must be a decision's id, such as dec_0123.", "invalid_value", "decision_id")
    if rating not in RATINGS:
        raise Refused(400, f"rating must be one of: {', '.join(RATINGS)}.", "invalid_value", "rating")
    if right is not None and right not in (*INTENTS, UNSURE):
        valid = ", ".join((*INTENTS, UNSURE))
        raise Refused(400, f"right_intent must be one of: {valid}.", "invalid_value", "right_intent")
    return decision_id, rating, right


def _decision(hooks: SignalboxHooks, state: Path | None, decision_id: str) -> dict[str, Any] | None:
    log = hooks.gateway.log
    if state is None or log is None:
        return None
    log.flush(FLUSH_S)
    return decision_row(state / "decisions.sqlite", decision_id)
