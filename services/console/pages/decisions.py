"""The list of decisions, newest first, with filters.

Knows: the query string. Does not know: SQL.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from plugins.routing.types import INTENTS, UNSURE, DataClass, Tier
from services.console.decision_filter import Cursor, filter_from, query_of
from services.console.decision_reader import DecisionReader
from services.console.inventory import read_inventory
from services.console.session import Session
from services.console.web import console_of, page, reader

router = APIRouter()

PAGE_SIZE = 50


@router.get("/console/decisions")
def decisions(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    """A page of the list; with ``rows=only`` just the table's rows, for the live view."""
    settings = console_of(request).settings
    chosen = filter_from(request.query_params)
    cursor = Cursor.from_query(request.query_params)
    found = DecisionReader(settings.decisions_file).page(chosen, cursor, limit=PAGE_SIZE)
    rows_only = request.query_params.get("rows") == "only"
    zones = [z.name for z in read_inventory(settings.config_file).zones] if not rows_only else []
    return page(
        request,
        "decision_rows.html" if rows_only else "decisions.html",
        session=session,
        base=settings.gateway_url,
        active="decisions",
        found=found,
        rows=found.rows,
        chosen=chosen,
        first_page=cursor is None,
        choices={
            "intent": [*INTENTS, UNSURE],
            "tier": [t.label for t in Tier],
            "location": zones or ["local", "cloud"],
            "data_class": [c.label for c in DataClass],
            "outcome": ["served", "degraded", "refused", "failed"],
        },
        live_url="?" + query_of(chosen, {"rows": "only"}),
        older_url="?" + query_of(chosen, {"before": str(found.older)}) if found.older is not None else "",
        newer_url="?" + query_of(chosen, {"after": str(found.newer)}) if found.newer is not None else "",
        newest_url="?" + query_of(chosen, {}),
    )
