"""Whether what was indexed is still found: a canary in a vector store of its own, searched for again and again.

Knows: OpenAI's files and vector stores, as the gateway serves them. Does not know: what lies behind. The canary is put
there once and remembered under the state directory; an index that lost its data is therefore found out, and not filled
again behind everybody's back. (Who accepts the loss removes ``search-probe.json``, and a new canary is made.)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from services.probes.ask import Result

CANARY = "The canary of the search sings at noon by the harbour lighthouse."
QUERY = "When does the canary sing?"
NAME = "signalbox-probe"


class SearchProbe:
    """``url``, ``key``: of the gateway. ``file``: where the canary's store is remembered."""

    def __init__(self, url: str, key: str, file: Path, save: Callable[[Path, str], None]) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}
        self._file = file
        self._save = save

    async def __call__(self, client: httpx.AsyncClient) -> Result | None:
        """One search; None where there is nothing to search yet."""
        store = self._remembered()
        try:
            if store is None:
                await self._put(client)
                return None
            return await self._search(client, store)
        except httpx.HTTPError as error:
            return Result("silent", f"no answer ({type(error).__name__})")

    def _remembered(self) -> Mapping[str, Any] | None:
        try:
            told = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return told if isinstance(told, dict) and isinstance(told.get("store"), str) else None

    async def _put(self, client: httpx.AsyncClient) -> None:
        """Where this machine has no vector stores, nothing is made."""
        there = await client.get(f"{self._url}/v1/vector_stores", headers=self._headers, params={"limit": 1})
        if there.status_code != 200:
            return
        content = {"file": (f"{NAME}.txt", CANARY.encode(), "text/plain")}
        purpose = {"purpose": "assistants"}
        sent = await client.post(f"{self._url}/v1/files", headers=self._headers, files=content, data=purpose)
        if sent.status_code != 200:
            return
        body = {"name": NAME, "file_ids": [sent.json()["id"]]}
        made = await client.post(f"{self._url}/v1/vector_stores", headers=self._headers, json=body)
        if made.status_code == 200:
            self._save(self._file, json.dumps({"store": made.json()["id"], "found": False}))

    async def _search(self, client: httpx.AsyncClient, store: Mapping[str, Any]) -> Result | None:
        address = f"{self._url}/v1/vector_stores/{store['store']}/search"
        answer = await client.post(address, headers=self._headers, json={"query": QUERY})
        if answer.status_code >= 500 or answer.status_code == 429:
            return Result("silent", f"status {answer.status_code}")
        if answer.status_code == 200 and "canary" in answer.text:
            if not store.get("found"):
                self._save(self._file, json.dumps({**store, "found": True}))
            return Result("right")
        if not store.get("found"):
            return None  # still being taken in
        return Result("wrong", "what was indexed is not found any more")
