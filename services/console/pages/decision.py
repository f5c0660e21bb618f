"""One decision: everything that led to it.

Knows: which parts of the log's record go on the page. Does not know: how they are stored.
"""

from __future__ import annotations

import asyncio
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from plugins.routing.types import INTENTS, UNSURE
from services.console import gateway_client
from services.console.decision_reader import DecisionReader
from services.console.session import Session
from services.console.web import PREFIX, admin, checked_form, console_of, page, reader, redirect

router = APIRouter()

RATINGS = ("good", "bad")


@router.get("/console/decisions/{decision_id}")
def decision(request: Request, decision_id: str, session: Annotated[Session, Depends(reader)]) -> Response:
    """The record of one decision; 404 where the log has none (any more)."""
    return _page(request, decision_id, session)


@router.post("/console/decisions/{decision_id}")
async def judge(request: Request, decision_id: str, session: Annotated[Session, Depends(admin)]) -> Response:
    """Says what a decision was worth, through the gateway, which keeps it. Raises ``HTTPException`` 400, 403, 404."""
    form = await checked_form(request, session)
    rating, right = form.get("rating", ""), form.get("right_intent", "")
    if rating not in RATINGS or (right and right not in (*INTENTS, UNSURE)):
        raise HTTPException(400, "Say good or bad, and an intent that exists.")
    console = console_of(request)
    reply = await gateway_client.judge(console, decision_id, rating, right or None)
    if reply.problem:
        return await asyncio.to_thread(_page, request, decision_id, session, problem=reply.problem, status=502)
    return redirect(f"{PREFIX}/decisions/{quote(decision_id, safe='')}?judged={rating}")


def _page(request: Request, decision_id: str, session: Session, *, problem: str = "", status: int = 200) -> Response:
    settings = console_of(request).settings
    reader = DecisionReader(settings.decisions_file)
    detail = reader.get(decision_id)
    if detail is None:
        raise HTTPException(404, "The log has no such decision. It may be older than gateway.log.retention_days.")
    ratings = reader.ratings(decision_id, settings.state / "feedback.sqlite")
    judged = request.query_params.get("judged", "")
    if judged in RATINGS and ratings[-1:] != [judged]:
        ratings.append(judged)  # the gateway writes a moment later
    return page(
        request,
        "decision.html",
        session=session,
        active="decisions",
        status=status,
        d=detail,
        ratings=ratings,
        intents=(*INTENTS, UNSURE),
        problem=problem,
    )
