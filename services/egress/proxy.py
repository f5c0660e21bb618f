"""One request through the wall and its answer back, unbuffered.

Knows: aiohttp's client, ASGI, a caller who goes away, an upstream that stalls or points elsewhere. Does not know: who
may leave (``judge``), what is in a body (``rescan``). No redirect is followed or passed on: the gateway's client would
follow it.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
import urllib.request
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from starlette.types import Receive, Scope, Send
from yarl import URL

from plugins.ledger.book import LedgerProblem
from services.common.errors import ApiError, error_response
from services.egress.account import Account
from services.egress.headers import incoming, outgoing
from services.egress.judge import Granted, RefusedError
from services.egress.rescan import Rescan

LIMITS = aiohttp.ClientTimeout(total=3600, sock_connect=10, sock_read=600)
"""Seconds: of one exchange, until connected, between two pieces of an answer."""

READ_WHOLE = 4 * 1024 * 1024
"""Bytes up to which a body of known length is read before anything leaves, so that its record is complete."""

RESCANNED = 64 * 1024 * 1024
"""Bytes up to which a body is read to be looked at; a longer one does not leave where that is asked for."""

_ADDED_BY_AIOHTTP = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
_log = logging.getLogger("signalbox.egress")


class _CallerGoneError(Exception):
    """The gateway's connection ended before its request did."""


@dataclass(slots=True, eq=False)
class _Exchange:
    """What is counted of one request. ``body``: where it was read whole. ``begun``: the caller has the answer's first
    line."""

    hashed: hmac.HMAC
    body_read: asyncio.Event
    body: bytes | None = None
    bytes_out: int = 0
    bytes_in: int = 0
    status: int = 0
    begun: bool = False


def make_session(timeout: aiohttp.ClientTimeout = LIMITS) -> aiohttp.ClientSession:
    """A client that keeps no cookies, decodes nothing and reads no environment. Call it in a running loop."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=timeout,
        trust_env=False,
        skip_auto_headers=_ADDED_BY_AIOHTTP,
    )


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """The HTTP proxy that ``HTTPS_PROXY`` names for an https URL, unless ``NO_PROXY`` excepts its host."""
    parts = urlsplit(url)
    named = environ.get("HTTPS_PROXY") or environ.get("https_proxy")
    if parts.scheme != "https" or not named:
        return None
    excepted = {"no": environ.get("NO_PROXY") or environ.get("no_proxy") or ""}
    bypass = urllib.request.proxy_bypass_environment  # type: ignore[attr-defined] # typeshed lacks it
    return None if bypass(parts.hostname or "", excepted) else named


class Proxy:
    """``rescan`` None: bodies are not looked at."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        account: Account,
        environ: Mapping[str, str],
        rescan: Rescan | None = None,
    ) -> None:
        self._session = session
        self._account = account
        self._environ = environ
        self._rescan = rescan

    async def forward(self, granted: Granted, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends one granted request and streams the answer. Nothing leaves where that cannot be recorded: 503. Raises
        RefusedError for a body that may not leave."""
        exchange = _Exchange(self._account.hasher(), asyncio.Event())
        try:
            exchange.body = await self._whole(granted, exchange, scope, receive)
        except _CallerGoneError:
            return
        known = exchange.body is not None
        try:
            await self._account.leaving(
                granted,
                exchange.bytes_out if known else None,
                exchange.hashed.hexdigest() if known else None,
            )
        except LedgerProblem:
            await error_response(_unwritable())(scope, receive, send)
            return
        started = time.perf_counter()
        ended = "stopped"
        try:
            ended = await self._watched(granted, exchange, scope, receive, send)
        finally:
            self._account.ended(
                granted,
                ended,
                status=exchange.status,
                bytes=exchange.bytes_out,
                bytes_in=exchange.bytes_in,
                content=exchange.hashed.hexdigest(),
                ms=round((time.perf_counter() - started) * 1000, 1),
            )

    async def _whole(self, granted: Granted, exchange: _Exchange, scope: Scope, receive: Receive) -> bytes | None:
        """The body, where it is short enough or must be looked at; None: it is passed on as it comes."""
        length = next((int(v) for k, v in scope["headers"] if k.lower() == b"content-length"), None)
        if self._rescan is None and (length is None or length > READ_WHOLE):
            return None
        parts = []
        async for chunk in _body(exchange, receive):
            parts.append(chunk)
            if exchange.bytes_out > RESCANNED:
                raise RefusedError("too_large_to_rescan", granted.verdict.deployment, granted.verdict)
        body = b"".join(parts)
        if self._rescan is not None and await self._rescan.forbids(body, granted.target.highest):
            raise RefusedError("rescan", granted.verdict.deployment, granted.verdict)
        return body

    async def _watched(self, granted: Granted, exchange: _Exchange, scope: Scope, receive: Receive, send: Send) -> str:
        work = asyncio.create_task(self._exchange(granted, exchange, scope, receive, send))
        gone = asyncio.create_task(_disconnected(exchange, receive))
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                return "caller_gone"
            return work.result()
        except _CallerGoneError:
            return "caller_gone"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            late = isinstance(error, TimeoutError)
            if exchange.begun:
                raise  # the status is out: only a broken connection tells that this is not the whole answer
            await error_response(_unreachable(late))(scope, receive, send)
            return "timeout" if late else "unreachable"
        finally:
            for task in (work, gone):
                task.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)

    async def _exchange(self, granted: Granted, exchange: _Exchange, scope: Scope, receive: Receive, send: Send) -> str:
        raw = scope["headers"]
        async with self._session.post(
            URL(granted.url, encoded=True),
            headers=outgoing(raw, granted.target.headers),
            data=_body(exchange, receive) if exchange.body is None else exchange.body,
            allow_redirects=False,
            proxy=proxy_for(granted.url, self._environ),
        ) as answer:
            exchange.status = answer.status
            if 300 <= answer.status < 400:
                await error_response(_redirected())(scope, receive, send)
                return "redirect_refused"
            head = {"type": "http.response.start", "status": answer.status, "headers": incoming(answer.raw_headers)}
            exchange.begun = True
            await send(head)
            async for chunk in answer.content.iter_any():
                exchange.bytes_in += len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        return "complete"


async def _body(exchange: _Exchange, receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _CallerGoneError
        chunk = message.get("body", b"")
        more = message.get("more_body", False)
        if chunk:
            exchange.hashed.update(chunk)
            exchange.bytes_out += len(chunk)
            yield chunk
    exchange.body_read.set()


async def _disconnected(exchange: _Exchange, receive: Receive) -> None:
    """Returns when the caller has gone; while the body is being read, ``_body`` sees that."""
    await exchange.body_read.wait()
    while (await receive())["type"] != "http.disconnect":
        pass


def _unwritable() -> ApiError:
    return ApiError(
        503,
        "The egress ledger cannot be written, so nothing may leave: free space on the disk of the state directory. "
        "What stays inside is served.",
        code="ledger_unwritable",
    )


def _unreachable(late: bool) -> ApiError:
    if late:
        return ApiError(504, "The provider did not answer in time: try again later.", code="upstream_timeout")
    return ApiError(502, "The provider cannot be reached from the egress broker.", code="upstream_unreachable")


def _redirected() -> ApiError:
    return ApiError(
        502,
        "The provider answered with a redirect, which the egress broker does not follow: correct the api_base.",
        code="egress_redirect",
    )
