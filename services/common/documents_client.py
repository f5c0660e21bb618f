"""Asks ``services/documents``, as every other part of this gateway does.

Knows: its routes (services/documents/README.md), its errors. Does not know: formats of files. The owner of a file is
whom the caller says; only parts that have authenticated somebody may say it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from services.common import tracing
from services.common.errors import ApiError

URL_ENV = "SIGNALBOX_DOCUMENTS_URL"
KEY_ENV = "SIGNALBOX_INTERNAL_KEY"
TIMEOUT = httpx.Timeout(None, connect=5.0)
"""No read timeout: the service has limits of its own, and a scan of 500 pages takes minutes."""


def new_http() -> httpx.AsyncClient:
    """How the service is reached: a connection for each request, so that none is used which it has just closed."""
    return httpx.AsyncClient(
        timeout=TIMEOUT, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0),
        event_hooks={"request": [tracing.inject]},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileOwner:
    """Who asks. ``key_id``: LiteLLM's hash of the key. ``admin`` sees every file."""

    key_id: str
    team_id: str | None = None
    admin: bool = False

    def headers(self) -> dict[str, str]:
        """As the service reads them."""
        team = {"x-signalbox-team-id": self.team_id} if self.team_id else {}
        return {"x-signalbox-key-id": self.key_id, "x-signalbox-admin": "true" if self.admin else "false", **team}


class DocumentsClient:
    """Every method raises ApiError with the service's status, code and message; 503 where it does not answer."""

    def __init__(self, url: str, key: str, http: httpx.AsyncClient | None = None) -> None:
        self._url = url.rstrip("/")
        self._key = {"Authorization": f"Bearer {key}"}
        self._http = http or new_http()

    async def extract(
        self, data: bytes | AsyncIterator[bytes], *, name: str = "", media_type: str = "", **options: str
    ) -> dict[str, Any]:
        """The whole document: ``{"kind", "page_count", "metadata", "pages": [...]}``. ``options``: ``pages``,
        ``tables``, ``boxes``, ``ocr``."""
        sent = await self._send("POST", "/extract", _about(name, media_type), content=data, params=options)
        return dict(sent.json())

    async def extract_file(self, owner: FileOwner, file_id: str, **options: str) -> dict[str, Any]:
        """The same of a stored file."""
        sent = await self._send("GET", f"/files/{quote(file_id, safe='')}/extract", owner.headers(), params=options)
        return dict(sent.json())

    async def lines(
        self, method: str, path: str, headers: Mapping[str, str], *, content: Any = None, **options: str
    ) -> AsyncIterator[dict[str, Any]]:
        """The lines of an answer that comes page by page. Raises ApiError also where one tells a problem."""
        asked = self._http.build_request(
            method, self._url + path, params=options, content=content,
            headers={**self._key, **headers, "accept": "application/x-ndjson"},
        )  # fmt: skip
        try:
            answer = await self._http.send(asked, stream=True)
        except httpx.HTTPError:
            raise _gone() from None
        try:
            if answer.status_code >= 400:
                await answer.aread()
                raise _error(answer)
            async for line in answer.aiter_lines():
                message = json.loads(line)
                if "problem" in message:
                    told = message["problem"]
                    raise ApiError(422, str(told.get("message")), code=told.get("code"), type="invalid_request_error")
                if not message.get("done"):
                    yield message
        finally:
            await answer.aclose()

    async def create(
        self, owner: FileOwner, data: bytes | AsyncIterator[bytes], *, name: str, media_type: str, purpose: str,
        data_class: str, expires_after_s: int | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The file object of what was stored."""
        expiry = {} if expires_after_s is None else {"expires_after_s": str(expires_after_s)}
        headers = {**owner.headers(), **_about(name, media_type), "x-signalbox-data-class": data_class}
        sent = await self._send("POST", "/files", headers, content=data, params={"purpose": purpose, **expiry})
        return dict(sent.json())

    async def listed(self, owner: FileOwner, **query: str) -> dict[str, Any]:
        """OpenAI's list. ``query``: ``purpose``, ``after``, ``limit``, ``order``."""
        return dict((await self._send("GET", "/files", owner.headers(), params=query)).json())

    async def get(self, owner: FileOwner, file_id: str) -> dict[str, Any]:
        """The file object."""
        return dict((await self._send("GET", f"/files/{quote(file_id, safe='')}", owner.headers())).json())

    async def content(self, owner: FileOwner, file_id: str) -> tuple[bytes, str]:
        """(bytes, media type)."""
        sent = await self._send("GET", f"/files/{quote(file_id, safe='')}/content", owner.headers())
        return sent.content, sent.headers.get("content-type", "application/octet-stream")

    async def delete(self, owner: FileOwner, file_id: str) -> dict[str, Any]:
        """OpenAI's answer to a deletion."""
        return dict((await self._send("DELETE", f"/files/{quote(file_id, safe='')}", owner.headers())).json())

    async def mark(self, owner: FileOwner, file_id: str, data_class: str, problem: str | None = None) -> None:
        """Raises the class that the file carries, and notes why it cannot be read."""
        why = {} if problem is None else {"problem": problem}
        path = f"/files/{quote(file_id, safe='')}/class"
        await self._send("POST", path, owner.headers(), params={"data_class": data_class, **why})

    async def _send(
        self, method: str, path: str, headers: Mapping[str, str], *, content: Any = None, params: Any = None
    ) -> httpx.Response:
        try:
            sent = await self._http.request(
                method, self._url + path, headers={**self._key, **headers}, content=content, params=params
            )
        except httpx.HTTPError:
            raise _gone() from None
        if sent.status_code >= 400:
            raise _error(sent)
        return sent


def client_from(environ: Mapping[str, str], http: httpx.AsyncClient | None = None) -> DocumentsClient | None:
    """The client of this process; None where the service does not run."""
    url, key = environ.get(URL_ENV), environ.get(KEY_ENV)
    return DocumentsClient(url, key, http) if url and key else None


def _about(name: str, media_type: str) -> dict[str, str]:
    kind = media_type if media_type.isascii() and media_type.isprintable() else ""
    return {"x-filename": quote(name), "content-type": kind or "application/octet-stream"}


def _gone() -> ApiError:
    return ApiError(503, "The documents service does not answer: try again.", code="service_unavailable")


def _error(answer: httpx.Response) -> ApiError:
    try:
        told = answer.json()["error"]
        return ApiError(
            answer.status_code, str(told["message"]), code=told.get("code"), param=told.get("param"),
            type=told.get("type"),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return ApiError(502, "The documents service failed.", code="upstream_error")
