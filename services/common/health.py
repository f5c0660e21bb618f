"""The two health routes that every part has.

Knows: a check that says whether this part can serve. Does not know: what the check looks at. Liveness answers as
long as the process runs; readiness only when it can do its work.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import JSONResponse

CHECK_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """``reason``: one clause for people, needed where ``ready`` is false."""

    ready: bool
    reason: str = ""


ReadyCheck = Callable[[], Awaitable[Readiness]]

_log = logging.getLogger("signalbox.health")


def health_router(name: str, ready: ReadyCheck | None) -> APIRouter:
    """``GET /health/liveness`` and ``GET /health/readiness`` of the part called ``name``. Without a check it is
    always ready."""
    router = APIRouter(prefix="/health")

    @router.get("/liveness")
    async def liveness() -> JSONResponse:
        return JSONResponse({"status": "alive", "part": name})

    @router.get("/readiness")
    async def readiness() -> JSONResponse:
        state = Readiness(True) if ready is None else await ask(ready)
        if state.ready:
            return JSONResponse({"status": "ready", "part": name})
        return JSONResponse({"status": "not_ready", "part": name, "reason": state.reason}, status_code=503)

    return router


async def ask(ready: ReadyCheck, limit_s: float = CHECK_LIMIT_S) -> Readiness:
    """What the check says; a check that fails or hangs means: not ready."""
    try:
        async with asyncio.timeout(limit_s):
            return await ready()
    except TimeoutError:
        return Readiness(False, f"the readiness check took longer than {limit_s:g} s")
    except Exception as error:  # noqa: BLE001  an edge: a broken check must read as not ready, not as a 500
        _log.exception("readiness check failed")
        return Readiness(False, f"the readiness check failed ({type(error).__name__}); see the log")
