"""What every page needs: who is asking, the form check, and the frame around the content.

Knows: the session cookie, redirects to the login page, response headers. Does not know: any page's content.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import httpx
from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from services.console.forms import read_form
from services.console.login import Credentials, FailureLimit
from services.console.rendering import STATIC, day, render
from services.console.session import ADMIN_SECONDS, VISITOR_SECONDS, Session, Sessions
from services.console.settings import ConsoleSettings
from services.console.ui_session import COOKIE as UI_COOKIE
from services.console.ui_session import mark_of

PREFIX = "/console"
COOKIE = "signalbox_console"
FORM_TOKEN = "form_token"  # noqa: S105 - a field's name
NAV: tuple[tuple[str, str, str], ...] = (
    ("overview", PREFIX, "Overview"),
    ("decisions", f"{PREFIX}/decisions", "Decisions"),
    ("costs", f"{PREFIX}/costs", "Costs"),
    ("boundary", f"{PREFIX}/boundary", "Boundary"),
    ("models", f"{PREFIX}/models", "Models"),
    ("classifier", f"{PREFIX}/classifier", "Classifier"),
    ("config", f"{PREFIX}/config", "Config"),
    ("try", f"{PREFIX}/try", "Try it"),
)
_OWN_PATH = re.compile(r"/console(?:[/?][^\\\s]*)?")


@dataclass(frozen=True, slots=True)
class Console:
    """Everything that the pages share. ``transport``: for tests; None talks to the real gateway."""

    settings: ConsoleSettings
    sessions: Sessions
    credentials: Credentials
    failures: FailureLimit = field(default_factory=FailureLimit)
    transport: httpx.AsyncBaseTransport | None = None


class LoginRequiredError(Exception):
    """The page is for people who are logged in, and nobody is. ``back``: where to go after the login."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


def console_of(request: Request) -> Console:
    console = request.app.state.console
    assert isinstance(console, Console)
    return console


def session_of(request: Request) -> Session | None:
    """Who is logged in; a session that came of a login at LiteLLM's UI ends with it."""
    session = console_of(request).sessions.read(request.cookies.get(COOKIE))
    if session is not None and session.mark and session.mark != mark_of(request.cookies.get(UI_COOKIE)):
        return None
    return session


def admin(request: Request) -> Session:
    """A dependency: the session of somebody who may change things. Raises ``LoginRequiredError``, and for somebody who
    may only read ``HTTPException`` 403."""
    session = reader(request)
    if not session.is_admin:
        raise HTTPException(403, "You may read here, and change nothing: that takes LiteLLM's role proxy_admin.")
    return session


def reader(request: Request) -> Session:
    """A dependency: the session of somebody who may read. Raises ``LoginRequiredError``."""
    session = session_of(request)
    if session is None or not session.reads:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        # A form cannot be sent again after the login; its page can be shown again.
        raise LoginRequiredError(back if request.method == "GET" else request.url.path)
    return session


async def checked_form(request: Request, session: Session) -> dict[str, str]:
    """The posted fields. Raises ``HTTPException`` 403 where the form is not one that this session was given."""
    form = await read_form(request)
    if not console_of(request).sessions.form_token_matches(session, form.get(FORM_TOKEN, "")):
        raise HTTPException(403, "This form is not from your session. Go back, load the page again, and retry.")
    return form


def own_path(path: str) -> str:
    """``path`` where it is one of the console's own, else the overview: no login sends anybody to another site."""
    inside = _OWN_PATH.fullmatch(path) is not None and ".." not in path and len(path) <= 1000
    return path if inside else PREFIX


def login_path(back: str) -> str:
    target = own_path(back)
    return f"{PREFIX}/login" + ("" if target == PREFIX else f"?next={quote(target, safe='')}")


def page(
    request: Request, template: str, *, session: Session | None, active: str = "", status: int = 200, **context: Any
) -> HTMLResponse:
    """One page in its frame. ``active``: the entry of ``NAV`` that is current."""
    console = console_of(request)
    html = render(
        template,
        nav=NAV,
        active=active,
        session=session,
        form_token=console.sessions.form_token(session) if session else "",
        form_token_field=FORM_TOKEN,
        assets=asset_version(),
        today=day(time.time()),
        **context,
    )
    return HTMLResponse(html, status_code=status)


def set_session(request: Request, response: Response, session: Session) -> None:
    """Puts the session into the cookie: not readable by scripts, never sent from another site, only over TLS where the
    page came over TLS."""
    response.set_cookie(
        COOKIE,
        console_of(request).sessions.token(session),
        max_age=ADMIN_SECONDS if session.reads else VISITOR_SECONDS,
        path=PREFIX,
        httponly=True,
        samesite="strict",
        secure=is_tls(request),
    )


def redirect(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)


def from_gateway(request: Request) -> bool:
    """Whether the gateway sent this: only it knows the internal key, so only then its forwarded-for headers count."""
    given = request.headers.get("authorization", "")
    expected = f"Bearer {console_of(request).settings.internal_key}"
    return hmac.compare_digest(given.encode(), expected.encode())


def client_of(request: Request) -> str:
    """The address that login failures are counted for; whoever comes past the gateway counts as one."""
    if from_gateway(request):
        return request.headers.get("x-forwarded-for", "gateway")
    return "direct"


def is_tls(request: Request) -> bool:
    if from_gateway(request):
        return request.headers.get("x-forwarded-proto") == "https"
    return request.url.scheme == "https"


@lru_cache(maxsize=1)
def asset_version() -> str:
    """Changes when a static file changes, so that browsers may keep what they have for a year."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
