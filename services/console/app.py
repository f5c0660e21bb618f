"""The console's application, assembled.

Knows: which layers and pages there are, and how a failure becomes a page. Does not know: any page's content.
"""

from __future__ import annotations

from http import HTTPStatus

import httpx
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response

from services.common.app import create_app
from services.console.decision_reader import LogUnreadableError
from services.console.login import Credentials, FailureLimit
from services.console.pages import ROUTERS
from services.console.security_headers import SecurityHeaders
from services.console.session import Sessions, signing_key
from services.console.settings import ConsoleSettings
from services.console.web import Console, LoginRequiredError, login_path, page, redirect, session_of

MAX_BODY = 1_000_000


def create_console(
    settings: ConsoleSettings,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    failures: FailureLimit | None = None,
) -> FastAPI:
    """The console as an application. ``transport`` stands in for the gateway, ``failures`` for the clock, in tests."""
    # No internal key here: people come with a browser, and every page asks for the console's own login.
    app = create_app("console", ready=None, internal_key=None, max_body_bytes=MAX_BODY)
    app.state.console = Console(
        settings=settings,
        sessions=Sessions(signing_key(settings.internal_key, settings.master_key, settings.ui_password)),
        credentials=Credentials(settings.master_key, settings.ui_password),
        failures=failures or FailureLimit(),
        transport=transport,
    )
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(SecurityHeaders)
    app.add_exception_handler(LoginRequiredError, _to_login)
    app.add_exception_handler(LogUnreadableError, _unreadable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _http)
    return app


async def _to_login(_: Request, error: Exception) -> Response:
    assert isinstance(error, LoginRequiredError)
    return redirect(login_path(error.back))


async def _unreadable(request: Request, error: Exception) -> Response:
    return _problem(request, 503, str(error))


async def _invalid(request: Request, _: Exception) -> Response:
    return _problem(request, 404, "There is no such page.")


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    detail = "There is no such page." if error.detail == "Not Found" else str(error.detail)
    return _problem(request, error.status_code, detail)


def _problem(request: Request, status: int, message: str) -> Response:
    session = session_of(request)
    return page(
        request,
        "problem.html",
        session=session if session and session.reads else None,
        status=status,
        title=HTTPStatus(status).phrase,
        message=message,
    )
