"""The versions of the configuration that were applied, and what each changed.

Knows: the query string. Does not know: how versions are kept or taken (``services.supervisor.history``). Nothing is
edited here: the file is the one place, and ``signalbox config rollback`` brings a version back.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from services.console.session import Session
from services.console.web import console_of, page, reader
from services.supervisor.history import History, NoVersionError, diff

router = APIRouter()

MAX_VERSIONS = 100
MAX_LINES = 2000


@router.get("/console/config")
def config(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    """The list, and the difference of ``version`` (default: the newest) to the one before it."""
    history = History(console_of(request).settings.state / "config")
    versions = history.versions()
    asked = request.query_params.get("version", "")
    chosen = versions[-1].number if versions else 0
    if asked:
        if not asked.isdigit() or not any(v.number == int(asked) for v in versions):
            raise HTTPException(404, "There is no such version of the configuration.")
        chosen = int(asked)
    return page(
        request,
        "config.html",
        session=session,
        active="config",
        versions=list(reversed(versions))[:MAX_VERSIONS],
        chosen=chosen,
        lines=_lines(history, chosen) if chosen else [],
    )


def _lines(history: History, number: int) -> list[tuple[str, str]]:
    """(kind, text): kind is ``add``, ``del``, ``at`` or ``same``. Credentials are masked."""
    try:
        new = history.text(number)
        old = history.text(number - 1) if number > 1 else ""
    except NoVersionError as error:
        return [("same", str(error))]
    told = diff(old, new, f"version {number - 1}", f"version {number}").splitlines()[2:]
    kinds = {"+": "add", "-": "del", "@": "at"}
    return [(kinds.get(line[:1], "same"), line) for line in told[:MAX_LINES]]
