"""What may not leave: the zones, what was refused, and the end of the egress ledger.

Knows: which facts go on the page. Does not know: how the ledger is read (``ledger_tail``), how zones are judged.
"""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from plugins.routing.types import DataClass
from services.console.decision_reader import DecisionReader
from services.console.inventory import read_inventory
from services.console.ledger_tail import read_tail, verified
from services.console.session import Session
from services.console.web import checked_form, console_of, page, reader

router = APIRouter()

DAY_S = 24 * 3600.0
LIMIT = 20


@router.get("/console/boundary")
def boundary(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    return _page(request, session)


@router.post("/console/boundary")
async def verify(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    """Checks the whole chain, however long it is; a form, so that nobody's link does it."""
    await checked_form(request, session)
    folder = console_of(request).settings.state / "ledger"
    result = await asyncio.to_thread(verified, folder)
    return await asyncio.to_thread(_page, request, session, checked=result)


def _page(request: Request, session: Session, **context: Any) -> Response:
    settings = console_of(request).settings
    inventory = read_inventory(settings.config_file)
    values: dict[str, Any] = {"checked": None, **context}
    return page(
        request,
        "boundary.html",
        session=session,
        active="boundary",
        inventory=inventory,
        default_class=inventory.config.spec.boundary.default_class if inventory.config else None,
        classes=[c.label for c in DataClass],
        crossing=DecisionReader(settings.decisions_file).crossings(time.time() - DAY_S),
        tail=read_tail(settings.state / "ledger", LIMIT),
        **values,
    )
