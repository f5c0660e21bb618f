"""What a worker does: reads a document, cuts and embeds it, hands the chunks to the service.

Knows: the service's internal routes, what makes a failure final. Does not know: the queue, Chroma: one process alone
has the index open. Doing the same work twice changes nothing.
"""

from __future__ import annotations

import asyncio
import base64
import os
import time
from collections.abc import Coroutine, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import httpx

from services.common.errors import ApiError
from services.retrieval.chunking import Chunk, chunks_of
from services.retrieval.documents import Documents, Unavailable, documents_from
from services.retrieval.minilm.convert import QUICK
from services.retrieval.minilm.encoder import Encoder, Vectors, open_encoder
from services.retrieval.plain_text import document_of, is_plain

SERVICE_ENV = "SIGNALBOX_RETRIEVAL_URL"
BATCH = 256
"""Chunks embedded and handed over at once."""

AWAY_S, POLL_S = 120.0, 0.5
"""How long a service that was stopped is waited for."""

PREFIX = "/internal/retrieval"
_SUPPORT = {415: "unsupported_file", 404: "invalid_file"}


Read = TypeVar("Read")


class TryAgain(RuntimeError):  # noqa: N818 - it may be there in a moment
    """Something is not there now. Says nothing of any content: RQ keeps it."""


def ingest(store_id: str, file_id: str) -> None:
    """Takes one file in. Raises TryAgain."""
    tools().ingest(store_id, file_id)


def reindex(store_id: str) -> None:
    """Embeds a store anew. Raises TryAgain."""
    tools().reindex(store_id)


@lru_cache(maxsize=1)
def tools() -> Worker:
    """This process's own: its environment says where everything is."""
    state = Path(os.environ.get("SIGNALBOX_STATE", ".signalbox"))
    service = httpx.Client(
        base_url=os.environ[SERVICE_ENV],
        headers={"Authorization": f"Bearer {os.environ.get('SIGNALBOX_INTERNAL_KEY', '')}"},
        timeout=httpx.Timeout(120.0, connect=5.0),
        trust_env=False,
    )
    return Worker(service, documents_from(os.environ), open_encoder(state, QUICK))


class Worker:
    """``service``: a client whose base is the retrieval service."""

    def __init__(self, service: httpx.Client, documents: Documents, encoder: Encoder) -> None:
        self._service, self._documents, self._encoder = service, documents, encoder
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        """Closes the connections."""
        self._loop.run_until_complete(self._documents.close())
        self._loop.close()

    def ingest(self, store_id: str, file_id: str) -> None:
        """Reads, cuts, embeds, hands over. A file that is gone or done is no work."""
        path = f"/files/{store_id}/{file_id}"
        file = self._asked("GET", path)
        if file is None:
            return
        try:
            about = self._read(file)
            document = self._document(file, about.get("signalbox") or {})
        except ApiError as error:
            code = _SUPPORT.get(error.status, "invalid_file")
            self._asked("POST", f"{path}/fail", {"code": code, "message": error.message})
            return
        made = chunks_of(document, self._count, int(file["max_chunk"]), int(file["overlap"]))
        if not made:
            message = "No text was found in the file."
            self._asked("POST", f"{path}/fail", {"code": "invalid_file", "message": message})
            return
        for at in range(0, len(made), BATCH):
            part = made[at : at + BATCH]
            body = {"first": at, "chunks": [_sent(c) for c in part], "vectors": self._embedded(part)}
            if self._asked("POST", f"{path}/chunks", body) is None:
                return
        ours = about.get("signalbox") or {}
        self._asked("POST", f"{path}/complete", {"chunks": len(made), "data_class": ours.get("data_class")})

    def reindex(self, store_id: str) -> None:
        """Until nothing is pending, then swaps."""
        path = f"/stores/{store_id}"
        while found := (self._asked("GET", f"{path}/pending") or {}).get("passages"):
            vectors = self._encoder.encode([p["text"] for p in found]).vectors
            self._asked("POST", f"{path}/vectors", {"ids": [p["id"] for p in found], "vectors": _base64(vectors)})
        self._asked("POST", f"{path}/swap")

    def _document(self, file: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
        """Its pages. Raises ApiError or TryAgain."""
        name = str(file["filename"])
        if is_plain(str(ours.get("media_type") or ""), name):
            content = self._waited(self._documents.content(file["asked_by"], file["file_id"]))
            if (made := document_of(content, name)) is not None:
                return made
        return self._read(file, "/extract")

    def _read(self, file: Mapping[str, Any], what: str = "") -> dict[str, Any]:
        return self._waited(self._documents.read(file["asked_by"], file["file_id"], what))

    def _waited(self, asked: Coroutine[Any, Any, Read]) -> Read:
        try:
            return self._loop.run_until_complete(asked)
        except Unavailable as error:
            raise TryAgain(f"documents: {error}") from None

    def _embedded(self, chunks: Sequence[Chunk]) -> str:
        return _base64(self._encoder.encode([chunk.indexed for chunk in chunks]).vectors)

    def _count(self, texts: Sequence[str]) -> list[int]:
        return [len(found.ids) for found in self._encoder.tokenize(texts)]

    def _asked(self, method: str, path: str, body: Any = None) -> dict[str, Any] | None:
        """The answer; None where the file or store is gone meanwhile. Raises TryAgain."""
        until = time.monotonic() + AWAY_S
        while True:
            try:
                answer = self._service.request(method, PREFIX + path, json=body)
                break
            except httpx.ConnectError:  # it is being started again: the job waits instead of failing
                if time.monotonic() > until:
                    raise TryAgain("retrieval: does not answer") from None
                time.sleep(POLL_S)
            except httpx.HTTPError as error:
                raise TryAgain(f"retrieval: {type(error).__name__}") from None
        if answer.status_code == 404:
            return None
        if answer.status_code >= 400:
            raise TryAgain(f"retrieval: {answer.status_code}")
        return dict(answer.json())


def _sent(chunk: Chunk) -> dict[str, Any]:
    return {"text": chunk.text, "heading": chunk.heading, "page": chunk.page}


def _base64(vectors: Vectors) -> str:
    return base64.b64encode(vectors.astype("<f4").tobytes()).decode()
