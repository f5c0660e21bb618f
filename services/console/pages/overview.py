"""The first page: what works now, the parts, the last hour.

Knows: which facts go on the page. Does not know: how they are read or drawn.
"""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.console.capability_state import alike, capability_states
from services.console.decision_filter import Filter
from services.console.decision_reader import DecisionReader
from services.console.inventory import read_inventory
from services.console.parts import read_parts
from services.console.session import Session
from services.console.traffic import HEIGHT, WIDTH, traffic_of
from services.console.web import admin, console_of, page

router = APIRouter()

LATEST = 6


@router.get("/console")
def overview(request: Request, session: Annotated[Session, Depends(admin)]) -> Response:
    settings = console_of(request).settings
    inventory = read_inventory(settings.config_file)
    reader = DecisionReader(settings.decisions_file)
    parts = read_parts(settings.parts_file)
    capabilities = capability_states(inventory.config) if inventory.config else ()
    return page(
        request,
        "overview.html",
        session=session,
        base=settings.gateway_url,
        active="overview",
        inventory=inventory,
        capabilities=capabilities,
        together=alike(capabilities),
        working=sum(c.state == "works" for c in capabilities),
        parts=parts,
        not_ready=[p for p in parts if p.state != "ready"],
        traffic=traffic_of(reader.last_hour(time.time())),
        latest=reader.page(Filter(), limit=LATEST).rows,
        chart=(WIDTH, HEIGHT),
    )


@router.get("/console/")
def with_slash(request: Request, session: Annotated[Session, Depends(admin)]) -> Response:
    """The same page: people type the slash."""
    return overview(request, session)
