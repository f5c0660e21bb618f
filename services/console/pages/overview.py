"""The first page: what works now, the parts, the last hour.

Knows: which facts go on the page. Does not know: how they are read or drawn.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from plugins.routing.latency_report import latency_report
from plugins.routing.weighted_latency import WeightedLatency
from services.console import latency_picture
from services.console.capability_state import alike, capability_states
from services.console.decision_filter import Filter
from services.console.decision_reader import DecisionReader, LogUnreadableError
from services.console.health_file import read_health
from services.console.inventory import read_inventory
from services.console.latency_picture import picture_of
from services.console.pages.costs import HOUR_S, read_costs
from services.console.parts import read_parts
from services.console.session import Session
from services.console.settings import ConsoleSettings
from services.console.traffic import HEIGHT, WIDTH, traffic_of
from services.console.web import console_of, page, reader

router = APIRouter()

LATEST = 6


@router.get("/console")
def overview(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    settings = console_of(request).settings
    inventory = read_inventory(settings.config_file)
    reader = DecisionReader(settings.decisions_file)
    parts = read_parts(settings.parts_file)
    now = time.time()
    health = read_health(settings.health_file, now)
    failing = [name for name, one in health.items() if one.state == "failing"]
    capabilities = capability_states(inventory.config, failing) if inventory.config else ()
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
        traffic=traffic_of(reader.last_hour(now)),
        latency=picture_of(last_hour(settings, now)),
        spent=read_costs(settings, HOUR_S).total,
        latest=reader.page(Filter(), limit=LATEST).rows,
        chart=(WIDTH, HEIGHT),
        l_size=(latency_picture.WIDTH, latency_picture.HEIGHT),
    )


@router.get("/console/")
def with_slash(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    """The same page: people type the slash."""
    return overview(request, session)


def last_hour(settings: ConsoleSettings, now: float) -> WeightedLatency:
    """L of the hour that ends now. Raises LogUnreadableError."""
    try:
        return latency_report(settings.decisions_file, now - HOUR_S, now)
    except sqlite3.Error as error:
        raise LogUnreadableError(f"The decision log cannot be read ({type(error).__name__}: {error}).") from error
