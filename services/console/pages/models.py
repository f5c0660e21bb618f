"""The deployments.

Knows: nothing of its own; shows ``inventory``.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.console.inventory import read_inventory
from services.console.session import Session
from services.console.web import console_of, page, reader

router = APIRouter()


@router.get("/console/models")
def models(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    inventory = read_inventory(console_of(request).settings.config_file)
    return page(request, "models.html", session=session, active="models", inventory=inventory)
