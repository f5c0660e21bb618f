"""The login page and the logout button.

Knows: the order of checks (form token, limit, credentials), and that LiteLLM's UI is opened too. Does not know: how
any of them is made.
"""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from services.console.login import ADMIN_USER
from services.console.session import Session
from services.console.ui_session import COOKIE as UI_COOKIE
from services.console.ui_session import UiUser, read_token, still_valid
from services.console.ui_session import log_in as at_litellm
from services.console.ui_session import log_out as out_of_litellm
from services.console.web import (
    PREFIX,
    checked_form,
    client_of,
    console_of,
    is_tls,
    own_path,
    page,
    reader,
    redirect,
    session_of,
    set_session,
)

router = APIRouter()


@router.get("/console/login")
async def login_page(request: Request, next: str = PREFIX) -> Response:
    """The form; whoever is logged in, here or at LiteLLM's UI, goes on."""
    session = session_of(request)
    if session is not None and session.reads:
        return redirect(own_path(next))
    console = console_of(request)
    user = read_token(request.cookies.get(UI_COOKIE), console.settings.master_key)
    if user is not None and await still_valid(user, console.settings.gateway_url, console.transport):
        response = redirect(own_path(next))
        set_session(request, response, console.sessions.start(user.kind, user.mark))
        return response
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
    name, secret = form.get("user", ""), form.get("secret", "")
    known = console.credentials.accept(name, secret)
    user = await _at_litellm(request, name, secret, known=known)
    if not known and user is None:
        console.failures.failed(client)
        problem = "That is neither the master key nor a password of somebody who may see this."
        return _form(request, back=back, problem=problem, status=401)
    console.failures.succeeded(client)
    console.sessions.end(visitor)
    response = redirect(back)
    _open(request, response, user)
    return response


@router.post("/console/logout")
async def log_out(request: Request, session: Annotated[Session, Depends(reader)]) -> Response:
    """Ends the session here, not only in the browser, and the login at LiteLLM's UI with it."""
    await checked_form(request, session)
    console = console_of(request)
    console.sessions.end(session)
    user = read_token(request.cookies.get(UI_COOKIE), console.settings.master_key)
    if user is not None:
        await out_of_litellm(user, console.settings.gateway_url, console.settings.master_key, console.transport)
    response = redirect(f"{PREFIX}/login")
    response.delete_cookie("signalbox_console", path=PREFIX, httponly=True, samesite="strict")
    for path in ("/", "/ui"):  # LiteLLM's login sets both
        response.delete_cookie(UI_COOKIE, path=path, samesite="lax")
    return response


async def _at_litellm(request: Request, name: str, secret: str, *, known: bool) -> UiUser | None:
    """The login at LiteLLM's UI that goes with this one; None where there is none, and then only the console opens."""
    console = console_of(request)
    settings = console.settings
    if known:  # admin, by password or master key: LiteLLM knows the password alone
        name, secret = ADMIN_USER, settings.ui_password
    elif name.strip() in ("", ADMIN_USER):
        return None
    if not secret:
        return None
    return await at_litellm(name.strip(), secret, settings.gateway_url, settings.master_key, console.transport)


def _open(request: Request, response: Response, user: UiUser | None) -> None:
    """Puts both sessions into the browser. Without LiteLLM's this is the admin's alone."""
    sessions = console_of(request).sessions
    if user is None:
        set_session(request, response, sessions.start("admin"))
        return
    set_session(request, response, sessions.start(user.kind, user.mark))
    # As LiteLLM sets it: its pages read it with a script.
    response.set_cookie(UI_COOKIE, user.token, path="/", httponly=False, samesite="lax", secure=is_tls(request))


def _form(request: Request, *, back: str = PREFIX, problem: str = "", status: int = 200) -> Response:
    console = console_of(request)
    visitor = session_of(request)
    if visitor is None or visitor.reads:
        visitor = console.sessions.start("visitor")
    has_secret = bool(console.settings.master_key or console.settings.ui_password)
    response = page(
        request, "login.html", session=visitor, back=back, problem=problem, has_secret=has_secret, status=status
    )
    set_session(request, response, visitor)
    return response
