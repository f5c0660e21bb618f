"""The login page and the logout button.

Knows: the order of checks (form token, limit, credentials). Does not know: how any of them is made.
"""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from services.console.session import Session
from services.console.web import (
    PREFIX,
    admin,
    checked_form,
    client_of,
    console_of,
    own_path,
    page,
    redirect,
    session_of,
    set_session,
)

router = APIRouter()


@router.get("/console/login")
def login_page(request: Request, next: str = PREFIX) -> Response:
    """The form; whoever is logged in already goes on."""
    session = session_of(request)
    if session is not None and session.is_admin:
        return redirect(own_path(next))
    return _form(request, back=own_path(next))


@router.post("/console/login")
async def log_in(request: Request) -> Response:
    """Starts a session, or says why not: 401 wrong, 403 an old form, 429 too many failures."""
    console = console_of(request)
    visitor = session_of(request)
    if visitor is None:
        return _form(request, problem="This page had expired. Please try again.", status=403)
    try:
        form = await checked_form(request, visitor)
    except HTTPException as error:
        if error.status_code != 403:
            raise
        return _form(request, problem="This page had expired. Please try again.", status=403)
    back = own_path(form.get("next", PREFIX))
    client = client_of(request)
    wait = console.failures.wait_s(client)
    if wait > 0:
        seconds = math.ceil(wait)
        problem = f"Too many failed logins. Please wait {seconds} seconds."
        response = _form(request, back=back, problem=problem, status=429)
        response.headers["retry-after"] = str(seconds)
        return response
    if not console.credentials.accept(form.get("user", ""), form.get("secret", "")):
        console.failures.failed(client)
        problem = "That is neither the master key nor admin's password."
        return _form(request, back=back, problem=problem, status=401)
    console.failures.succeeded(client)
    console.sessions.end(visitor)
    response = redirect(back)
    set_session(request, response, console.sessions.start("admin"))
    return response


@router.post("/console/logout")
async def log_out(request: Request, session: Annotated[Session, Depends(admin)]) -> Response:
    """Ends the session here, not only in the browser."""
    await checked_form(request, session)
    console_of(request).sessions.end(session)
    response = redirect(f"{PREFIX}/login")
    response.delete_cookie("signalbox_console", path=PREFIX, httponly=True, samesite="strict")
    return response


def _form(request: Request, *, back: str = PREFIX, problem: str = "", status: int = 200) -> Response:
    console = console_of(request)
    visitor = session_of(request)
    if visitor is None or visitor.is_admin:
        visitor = console.sessions.start("visitor")
    has_secret = bool(console.settings.master_key or console.settings.ui_password)
    response = page(
        request, "login.html", session=visitor, back=back, problem=problem, has_secret=has_secret, status=status
    )
    set_session(request, response, visitor)
    return response
