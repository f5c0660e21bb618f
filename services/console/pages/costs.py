"""What was spent, on what, and what the frontier would have cost.

Knows: the stretches of time that can be asked for. Does not know: how sums are made (``plugins.routing.cost_report``).
"""

from __future__ import annotations

import sqlite3
import time
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from plugins.routing.cost_report import Report, cost_report
from services.console.decision_reader import LogUnreadableError
from services.console.inventory import Inventory, read_inventory
from services.console.session import Session
from services.console.settings import ConsoleSettings
from services.console.web import console_of, page, reader

router = APIRouter()

HOUR_S = 3600.0
WINDOWS: tuple[tuple[str, str, float], ...] = (
    ("1h", "Hour", HOUR_S),
    ("24h", "Day", 24 * HOUR_S),
    ("7d", "Week", 7 * 24 * HOUR_S),
    ("30d", "30 days", 30 * 24 * HOUR_S),
)
DEFAULT = "24h"
TABLES: tuple[tuple[str, str], ...] = (("tier", "Tier"), ("intent", "Intent"), ("key", "Key"), ("location", "Location"))
MAX_ROWS = 50


@router.get("/console/costs")
def costs(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    settings = console_of(request).settings
    chosen = next((w for w in WINDOWS if w[0] == request.query_params.get("window")), None)
    name, _, seconds = chosen or next(w for w in WINDOWS if w[0] == DEFAULT)
    report = read_costs(settings, seconds)
    return page(
        request,
        "costs.html",
        session=session,
        active="costs",
        base=settings.gateway_url,
        windows=WINDOWS,
        window=name,
        report=report,
        total=report.total,
        prices=report.prices(),
        tables=[(key, title, report.by(attrgetter(key))[:MAX_ROWS]) for key, title in TABLES],
        unpriced=unpriced(read_inventory(settings.config_file)),
    )


def read_costs(settings: ConsoleSettings, seconds: float) -> Report:
    """The sums of the last ``seconds``. Raises LogUnreadableError."""
    now = time.time()
    try:
        return cost_report(settings.decisions_file, settings.state / "feedback.sqlite", now - seconds, now)
    except sqlite3.Error as error:
        raise LogUnreadableError(f"The costs cannot be read ({type(error).__name__}: {error}).") from error


def unpriced(inventory: Inventory) -> tuple[str, ...]:
    """Model groups that count as free because nobody stated what they cost; the built-in answers are."""
    return tuple(
        dict.fromkeys(
            e.deployment.model_group
            for e in inventory.entries
            if e.origin != "built in" and e.deployment.location == "local" and not e.deployment.price
            and e.deployment.busy_rate is None
        )
    )  # fmt: skip
