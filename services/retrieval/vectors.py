"""The nearest vectors of a store, by Chroma.

Knows: Chroma's client, embedded or a server's, one collection for each generation of a store. Does not know: texts. No
embedding function is ever given to Chroma, and its telemetry is off.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

SPACE = {"hnsw": {"space": "ip", "ef_search": 200, "ef_construction": 200, "max_neighbors": 32}}
"""Inner product of vectors of length 1 is their cosine. Chroma's own ef_search loses neighbours (measured in
``tests/bench/retrieval.py``)."""

MAX_BATCH = 1000


class IndexAway(RuntimeError):  # noqa: N818 - a search goes on without it
    """Chroma does not answer, or cannot read its files."""


class VectorIndex:
    """``url`` None: embedded, under ``folder``. One process at a time may have a folder open. Safe for threads. The
    client is made at the first use: its import takes a second."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self._folder, self._url = folder, url
        self._lock = threading.Lock()
        self._client: Any = None
        self._held: dict[str, Any] = {}

    def put(self, name: str, ids: Sequence[int], vectors: Vectors) -> None:
        """Writes vectors over those of the same ids."""
        collection = self._collection(name)
        for at in range(0, len(ids), MAX_BATCH):
            part = slice(at, at + MAX_BATCH)
            collection.upsert(ids=[str(i) for i in ids[part]], embeddings=np.ascontiguousarray(vectors[part]))

    def drop(self, name: str, ids: Iterable[int]) -> None:
        """Removes vectors; those that are not there do not matter."""
        gone = [str(i) for i in ids]
        for at in range(0, len(gone), MAX_BATCH):
            self._collection(name).delete(ids=gone[at : at + MAX_BATCH])

    def drop_all(self, name: str) -> None:
        """Removes the whole collection, where there is one."""
        from chromadb.errors import NotFoundError

        with self._lock:
            self._held.pop(name, None)
        try:
            self._opened().delete_collection(name)
        except (NotFoundError, ValueError):
            return

    def near(self, name: str, vector: Vectors, most: int) -> list[tuple[int, float]]:
        """(id, cosine) of the nearest, best first. Raises IndexAway."""
        import httpx
        from chromadb.errors import ChromaError

        try:
            found = self._collection(name).query(query_embeddings=[vector], n_results=most, include=["distances"])
        except (ChromaError, httpx.HTTPError, ValueError) as error:
            raise IndexAway(type(error).__name__) from error
        return [(int(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self, name: str) -> int:
        """How many vectors there are."""
        return int(self._collection(name).count())

    def _collection(self, name: str) -> Any:
        held = self._held.get(name)
        if held is None:
            client = self._opened()
            held = client.get_or_create_collection(name, embedding_function=None, configuration=SPACE)
            self._held[name] = held
        return held

    def _opened(self) -> Any:
        with self._lock:
            if self._client is None:
                import chromadb
                from chromadb.config import Settings

                settings = Settings(anonymized_telemetry=False)
                if self._url is None:
                    self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                    self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
                else:
                    at = urlsplit(self._url)
                    self._client = chromadb.HttpClient(
                        host=at.hostname or "127.0.0.1",
                        port=at.port or (443 if at.scheme == "https" else 8000),
                        ssl=at.scheme == "https",
                        settings=settings,
                    )
            return self._client


def collection_of(store_id: str, generation: int) -> str:
    """The collection's name."""
    return f"{store_id}-{generation}"
