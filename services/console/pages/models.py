"""The deployments.

Knows: nothing of its own; shows ``inventory``.
"""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.console.health_file import read_health
from services.console.inventory import read_inventory
from services.console.session import Session
from services.console.web import console_of, page, reader

router = APIRouter()


@router.get("/console/models")
def models(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    settings = console_of(request).settings
    inventory, health = read_inventory(settings.config_file), read_health(settings.health_file, time.time())
    return page(request, "models.html", session=session, active="models", inventory=inventory, health=health)
