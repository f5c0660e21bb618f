"""The broker's application: the wall in front, health behind it.

Knows: which paths are the wall's, what a refusal looks like. Does not know: how a verdict is judged, how bytes are
passed on. The wall stands outside the usual layers: their access lines carry paths, and a path may hold a verdict.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from plugins.ledger.book import LedgerProblem, key_of, open_book
from plugins.ledger.witness import Witnesses
from plugins.routing.egress_verdict import HEADER
from services.common.app import Readiness, create_app
from services.common.errors import ApiError, error_response
from services.egress.account import Account
from services.egress.fetch import Fetcher, FetchRefused
from services.egress.headers import smuggled
from services.egress.judge import Granted, Judge, RefusedError
from services.egress.nonces import Nonces
from services.egress.proxy import Proxy, make_session
from services.egress.rescan import Rescan
from services.egress.targets import TargetFile

NAME = "egress"
FETCH_PATH = "/fetch"
_OPEN_PREFIX = "/health/"


@dataclass(frozen=True, slots=True)
class EgressSettings:
    """``targets``: a file. ``state``: the folder of the ledger and its key. ``key``: that of the gateway's last gate.
    ``environ``: where credentials are read from. ``rescan`` None: bodies are not looked at. ``fetch``
    None: nothing is fetched."""

    targets: Path
    state: Path
    key: bytes = field(repr=False)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    now: Callable[[], float] = time.time
    checkpoint_s: float = 60.0
    witnesses: tuple[str, ...] = ()
    rescan: Rescan | None = None
    fetch: Fetcher | None = None


class Wall:
    """Everything but health is judged; what may not leave is answered 403 ``egress_refused`` and recorded."""

    def __init__(
        self, app: ASGIApp, judge: Judge, account: Account, proxy: Callable[[], Proxy], fetcher: Fetcher | None
    ) -> None:
        self.app = app
        self._fetcher = fetcher
        self._judge = judge
        self._account = account
        self._proxy = proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"].startswith(_OPEN_PREFIX)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            self._account.refused(RefusedError("websocket"))
            await send({"type": "websocket.close", "code": 1008})
        else:
            try:
                if scope["path"] == FETCH_PATH:
                    await self._fetch(scope, receive, send)
                    return
                await self._proxy().forward(self._granted(scope), scope, receive, send)
            except RefusedError as error:
                self._account.refused(error)
                await error_response(_refusal(error.reason))(scope, receive, send)

    async def _fetch(self, scope: Scope, receive: Receive, send: Send) -> None:
        """``{"url"}`` -> its content; 400 with the reason in a header. Recorded before anything is asked."""
        verdict = self._judge.judge_fetch(scope["method"], _given(scope))
        fetcher, request = self._fetcher, Request(scope, receive)
        try:
            said = await request.json()
            url = said.get("url") if isinstance(said, dict) else None
            if fetcher is None or not isinstance(url, str):
                raise FetchRefused("nothing is fetched here")
            await self._account.fetching(verdict, fetcher.host_of(url), url)
            found = await fetcher.fetch(url)
        except (FetchRefused, ValueError) as error:
            reason = error.reason if isinstance(error, FetchRefused) else "it is no JSON"
            self._account.refused(RefusedError("fetch", "", verdict))
            answer: Response = error_response(ApiError(400, f"Not fetched: {reason}.", code="url_not_fetched"))
            answer.headers["x-signalbox-reason"] = reason
        except LedgerProblem:
            answer = error_response(ApiError(503, "The egress ledger cannot be written.", code="ledger_unwritable"))
        else:
            answer = Response(found.body, headers={"content-type": found.kind})
        await answer(scope, receive, send)

    def _granted(self, scope: Scope) -> Granted:
        if smuggled(scope["headers"]):
            raise RefusedError("framing")
        given = _given(scope)
        raw_path = scope.get("raw_path") or scope["path"].encode()
        return self._judge.judge(scope["method"], raw_path, scope["query_string"], given)


def egress_app(settings: EgressSettings) -> FastAPI:
    """The application. Raises OSError or KeyProblem where the ledger's key cannot be read, ValueError for an empty
    key."""
    if not settings.key:
        raise ValueError("the key of the verdicts is empty")
    targets = TargetFile(settings.targets, settings.environ, settings.targets.with_name("egress-added.json"))
    witnesses = Witnesses(settings.witnesses) if settings.witnesses else None
    book = open_book(settings.state, NAME, settings.checkpoint_s, witnesses)
    account = Account(book, key_of(settings.state))
    judge = Judge(settings.key, targets, Nonces(settings.now()), settings.now)
    running: list[Proxy] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with make_session() as session:
            running.append(Proxy(session, account, settings.environ, settings.rescan))
            yield
        await asyncio.to_thread(account.close)

    async def ready() -> Readiness:
        targets.look()
        return Readiness(targets.loaded, "" if targets.loaded else "the list of targets is not there yet")

    app = create_app(NAME, ready=ready, internal_key=None, lifespan=lifespan)
    app.add_middleware(Wall, judge=judge, account=account, fetcher=settings.fetch, proxy=lambda: running[-1])
    return app


def _given(scope: Scope) -> list[str]:
    """Every verdict that came as a header."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == HEADER.encode()]


def _refusal(reason: str) -> ApiError:
    return ApiError(
        403,
        f"Refused at the egress wall ({reason}): only a request that the gateway judged may leave, once, for the place "
        "it was judged for. Send requests to the gateway's base URL.",
        code="egress_refused",
    )
