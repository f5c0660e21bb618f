"""One decision: everything that led to it.

Knows: which parts of the log's record go on the page. Does not know: how they are stored.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from services.console.decision_reader import DecisionReader
from services.console.session import Session
from services.console.web import admin, console_of, page

router = APIRouter()


@router.get("/console/decisions/{decision_id}")
def decision(request: Request, decision_id: str, session: Annotated[Session, Depends(admin)]) -> Response:
    """The record of one decision; 404 where the log has none (any more)."""
    detail = DecisionReader(console_of(request).settings.decisions_file).get(decision_id)
    if detail is None:
        raise HTTPException(404, "The log has no such decision. It may be older than gateway.log.retention_days.")
    return page(request, "decision.html", session=session, active="decisions", d=detail)
