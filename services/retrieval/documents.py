"""Uploaded files, as ``services/documents`` has them.

Knows: its routes ``/files/{id}`` and ``/files/{id}/extract``, what its errors mean for a file that is taken in. Does
not know: formats.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from services.common import tracing
from services.common.errors import ApiError
from services.retrieval.owner import Owner

URL_ENV, KEY_ENV = "SIGNALBOX_DOCUMENTS_URL", "SIGNALBOX_INTERNAL_KEY"
TIMEOUT = httpx.Timeout(None, connect=5.0)
"""No read timeout: a scan of many pages takes minutes, and the service has limits of its own."""


class Unavailable(Exception):  # noqa: N818 - it may be there in a moment
    """The documents service does not answer, or has too much to do."""


class Documents:
    """``url`` None: the service does not run, and everything raises Unavailable."""

    def __init__(self, url: str | None, key: str | None, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = (url or "").rstrip("/")
        self._http = httpx.AsyncClient(
            timeout=TIMEOUT, trust_env=False, transport=transport, event_hooks={"request": [tracing.inject]}
        )
        self._key = {"Authorization": f"Bearer {key}"} if key else {}

    async def about(self, owner: Owner, file_id: str) -> dict[str, Any]:
        """The file object. Raises ApiError: 404 where there is none for ``owner``, 503 without the service."""
        try:
            return await self.read(owner.headers(), file_id)
        except Unavailable:
            raise ApiError(
                503, "The documents service, which keeps the files, does not answer: try again.",
                code="service_unavailable",
            ) from None  # fmt: skip

    async def read(self, headers: Mapping[str, str], file_id: str, what: str = "") -> dict[str, Any]:
        """The file object, or with ``what`` "/extract" the document. Raises ApiError (4xx) or Unavailable."""
        return dict((await self._get(headers, file_id, what)).json())

    async def content(self, headers: Mapping[str, str], file_id: str) -> bytes:
        """The file's bytes. Raises as ``read`` does."""
        return (await self._get(headers, file_id, "/content")).content

    async def _get(self, headers: Mapping[str, str], file_id: str, what: str) -> httpx.Response:
        if not self._url:
            raise Unavailable("the part `documents` does not run")
        path = f"{self._url}/files/{quote(file_id, safe='')}{what}"
        try:
            answer = await self._http.get(path, headers={**self._key, **headers})
        except httpx.HTTPError as error:
            raise Unavailable(type(error).__name__) from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Unavailable(str(answer.status_code))
        if answer.status_code >= 400:
            raise _error(answer)
        return answer

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()


def documents_from(environ: Mapping[str, str]) -> Documents:
    """The service that this process's environment names."""
    return Documents(environ.get(URL_ENV), environ.get(KEY_ENV))


def _error(answer: httpx.Response) -> ApiError:
    try:
        told = answer.json()["error"]
        return ApiError(answer.status_code, str(told["message"]), code=told.get("code"), param=told.get("param"))
    except (ValueError, KeyError, TypeError):
        return ApiError(answer.status_code, "The file cannot be read.")
