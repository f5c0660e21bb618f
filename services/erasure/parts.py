"""What running parts keep of a key: uploaded files and vector stores, removed through their own routes.

Knows: the routes and the headers that name an owner (services/documents and services/retrieval read the same). Does not
know: how they keep things. A part that does not run is told to the caller: what it keeps is then not removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

PAGE = 100
TIMEOUT_S = 60.0


class PartProblem(Exception):  # noqa: N818 - told to a person
    """A part does not answer as it should. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Collection:
    """``name``: what it is called in the report. ``part``: who keeps it. ``path``: lists, and with an id deletes."""

    name: str
    part: str
    path: str


COLLECTIONS: tuple[Collection, ...] = (
    Collection("vector stores", "retrieval", "/v1/vector_stores"),
    Collection("files", "documents", "/files"),
)
"""In this order: a store before the files that it was made from."""


@dataclass(frozen=True, slots=True)
class RunningParts:
    """``urls``: base URL by part's name."""

    urls: Mapping[str, str]
    internal_key: str = field(repr=False)
    transport: httpx.BaseTransport | None = None

    def erase_of(self, keys: Iterable[str]) -> dict[str, int]:
        """How many things of each kind were removed. Raises PartProblem."""
        removed: dict[str, int] = {}
        for collection in COLLECTIONS:
            if collection.part in self.urls:
                removed[collection.name] = sum(self._all_of(collection, key) for key in keys)
        return removed

    def erase_store(self, store: str) -> int:
        """1 where there was such a vector store. Raises PartProblem."""
        collection = COLLECTIONS[0]
        if collection.part not in self.urls:
            raise PartProblem(f"the part {collection.part} does not run: start it with `signalbox up`, then ask again")
        with self._client(collection, {"x-signalbox-admin": "true"}) as client:
            return int(_deleted(client, f"{collection.path}/{store}"))

    def _all_of(self, collection: Collection, key: str) -> int:
        removed = 0
        with self._client(collection, {"x-signalbox-key-id": key, "x-signalbox-admin": "false"}) as client:
            while ids := [str(item["id"]) for item in _listed(client, collection.path)]:
                gone = sum(_deleted(client, f"{collection.path}/{one}") for one in ids)
                removed += gone
                if not gone:
                    raise PartProblem(f"the part {collection.part} lists {collection.name} that it does not delete")
        return removed

    def _client(self, collection: Collection, headers: Mapping[str, str]) -> httpx.Client:
        return httpx.Client(
            base_url=self.urls[collection.part],
            headers={"Authorization": f"Bearer {self.internal_key}", **headers},
            timeout=TIMEOUT_S,
            trust_env=False,
            transport=self.transport,
        )


def _listed(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    try:
        answer = client.get(path, params={"limit": PAGE})
        answer.raise_for_status()
        return list(answer.json()["data"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise PartProblem(f"{path} cannot be listed ({type(error).__name__}): see `signalbox status`") from error


def _deleted(client: httpx.Client, path: str) -> bool:
    try:
        answer = client.delete(path)
    except httpx.HTTPError as error:
        raise PartProblem(f"{path} cannot be deleted ({type(error).__name__}): see `signalbox status`") from error
    if answer.status_code not in (200, 204, 404):
        raise PartProblem(f"{path} cannot be deleted (status {answer.status_code}): see `signalbox status`")
    return answer.status_code != 404
