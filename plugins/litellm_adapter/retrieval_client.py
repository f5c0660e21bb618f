"""Asks ``services/retrieval``, as the gateway does for somebody it has authenticated.

Knows: its address, the headers that say who asks. Does not know: stores, LiteLLM's request handling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.translate import is_admin
from services.common import tracing

URL_ENV, KEY_ENV = "SIGNALBOX_RETRIEVAL_URL", "SIGNALBOX_INTERNAL_KEY"
TIMEOUT = httpx.Timeout(60.0, connect=5.0)

ABSENT = Refused(
    503,
    "Vector stores are not served: the part `retrieval` does not run (gateway.retrieval.enabled).",
    "retrieval_unavailable",
)
SILENT = Refused(503, "The retrieval service does not answer: try again.", "service_unavailable")


def new_http() -> httpx.AsyncClient:
    """How the service is reached: what is asked of it is part of the request's trace."""
    return httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, event_hooks={"request": [tracing.inject]})


class RetrievalClient:
    """``environ`` is read at each call, so that one made early serves as well."""

    def __init__(self, environ: Mapping[str, str], http: httpx.AsyncClient | None = None) -> None:
        self._environ = environ
        self._http = http or new_http()

    async def send(
        self, method: str, path: str, owner: Mapping[str, str], *, content: bytes | None = None, query: str = ""
    ) -> httpx.Response:
        """The answer, whatever its status. Raises Refused (503) where there is none."""
        base = self._environ.get(URL_ENV)
        if not base:
            raise ABSENT
        headers = {"authorization": f"Bearer {self._environ.get(KEY_ENV, '')}", **owner}
        if content:
            headers["content-type"] = "application/json"
        try:
            return await self._http.request(
                method, f"{base.rstrip('/')}{path}{f'?{query}' if query else ''}", headers=headers, content=content
            )
        except httpx.HTTPError:
            raise SILENT from None

    async def search(self, store_id: str, owner: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        """The page of results. Raises Refused with the service's own status and words."""
        answer = await self.send("POST", f"/v1/vector_stores/{store_id}/search", owner, content=orjson.dumps(body))
        if answer.status_code != 200:
            raise refused(answer)
        return dict(orjson.loads(answer.content))


def owner_headers(key: Any) -> dict[str, str]:
    """Who asks, from LiteLLM's object of the key."""
    named = getattr(key, "api_key", None) or getattr(key, "token", None) or ""
    team = getattr(key, "team_id", None)
    told = {"x-signalbox-key-id": str(named), "x-signalbox-admin": "true" if is_admin(key) else "false"}
    return {**told, "x-signalbox-team-id": str(team)} if team else told


def refused(answer: httpx.Response) -> Refused:
    """The service's error as ours."""
    try:
        told = orjson.loads(answer.content)["error"]
        return Refused(answer.status_code, str(told["message"]), told.get("code"), told.get("param"))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return Refused(502, "The retrieval service failed.", "upstream_error")
