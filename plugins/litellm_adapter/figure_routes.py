"""``GET /metrics`` for Prometheus, ``GET /routing/costs`` for admins, ``GET /routing/decisions/ID`` for whoever asked.

Knows: who may read which figure. Does not know: how they are counted. ``/metrics`` is open to a client on this machine
that came straight here; from elsewhere, or past a proxy, it wants an admin key or the scrape token.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import os
import time
from dataclasses import asdict
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.hooks import SignalboxHooks, as_proxy_exception
from plugins.litellm_adapter.load_figures import load_figures
from plugins.litellm_adapter.log_figures import LogFigures
from plugins.litellm_adapter.metrics_path import INSIDE
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import CURRENT
from plugins.litellm_adapter.translate import is_admin
from plugins.routing.cost_report import Report, Sums, cost_report
from plugins.routing.decision_lookup import decision_at

TOKEN_ENV = "SIGNALBOX_METRICS_TOKEN"  # noqa: S105 - a variable's name
TEXT = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
MAX_HOURS = 24 * 366
FLUSH_S = 1.0
TOLD = (
    "decision_id", "at", "capability", "intent", "data_class", "tier", "deployment", "location", "degraded", "status",
    "latency_ms", "tokens_in", "tokens_out", "cost_usd", "busy_s", "escalation_reason",
)  # fmt: skip
"""What whoever asked may read of a decision; ``reasons`` too where their headers tell them."""
Key = Annotated[Any, Depends(user_api_key_auth)]


def figure_routes(hooks: SignalboxHooks, state: Path | None) -> APIRouter:
    """The routes; without a state directory there is no log to read."""
    router = APIRouter()
    figures = LogFigures(state) if state is not None else None

    @router.get(INSIDE)
    async def metrics(request: Request) -> Response:
        if not (_from_here(request) or _has_token(request)):
            key = await user_api_key_auth(request, api_key=request.headers.get("authorization", ""))
            if not is_admin(key):
                raise _denied("Only an admin key or the scrape token may read this.")
        told = await asyncio.to_thread(hooks.gateway.metrics.text)
        if state is not None and figures is not None:
            told += await figures.text() + await asyncio.to_thread(load_figures, state)
        return Response(told, media_type=TEXT)

    @router.get("/routing/costs")
    async def costs(key: Key, hours: Annotated[float, Query(gt=0, le=MAX_HOURS)] = 24.0) -> dict[str, Any]:
        if not is_admin(key):
            raise _denied("Only an admin key may use this route.")
        if state is None:
            return as_json(Report(0.0, 0.0, ()))
        await asyncio.to_thread(_flush, hooks)
        until = time.time()
        files = (state / "decisions.sqlite", state / "feedback.sqlite")
        return as_json(await asyncio.to_thread(cost_report, *files, until - hours * 3600, until))

    @router.get("/routing/decisions/{decision_id}")
    async def decision(decision_id: str, key: Key) -> dict[str, Any]:
        await asyncio.to_thread(_flush, hooks)
        found = await asyncio.to_thread(decision_at, state / "decisions.sqlite", decision_id) if state else None
        own = getattr(key, "api_key", None) or getattr(key, "token", None)
        # Another key's decision is answered like one that does not exist.
        if found is None or not (is_admin(key) or found["key_id"] == own):
            error = Refused(404, "No such decision of this key.", "decision_not_found", "decision_id")
            if (trace := CURRENT.get()) is not None:
                trace.refusal = error
            raise as_proxy_exception(error)
        return found if is_admin(key) else {name: found[name] for name in TOLD}

    return router


def as_json(report: Report) -> dict[str, Any]:
    """The sums in US dollars, and the prices that the savings can be reckoned with."""
    return {
        "since": report.since,
        "until": report.until,
        "total": _told(report.total),
        **{
            f"by_{name}": [{name: label, **_told(sums)} for label, sums in report.by(attrgetter(name))]
            for name in ("key", "intent", "tier", "location")
        },
        "frontier_prices": [
            {"input_per_million": p.input, "output_per_million": p.output, **_told(s)} for p, s in report.prices()
        ],
    }


def _told(sums: Sums) -> dict[str, Any]:
    more = {"saved_usd": sums.saved_usd, "usd_per_request": sums.per_request, "usd_per_accepted": sums.per_accepted}
    return asdict(sums) | more


def _from_here(request: Request) -> bool:
    host = request.client.host if request.client is not None else ""
    try:
        near = ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
    return near and not any(name in request.headers for name in FORWARDED)


def _has_token(request: Request) -> bool:
    token = os.environ.get(TOKEN_ENV, "")
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _flush(hooks: SignalboxHooks) -> None:
    if hooks.gateway.log is not None:
        hooks.gateway.log.flush(FLUSH_S)


def _denied(message: str) -> Exception:
    error: Exception = as_proxy_exception(Refused(403, message, "permission_denied", kind="permission_error"))
    return error
