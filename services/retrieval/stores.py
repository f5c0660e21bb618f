"""Vector stores as operations: create, attach, search, delete.

Knows: the catalogue, the passages and vectors of each store, the queue. Does not know: HTTP, RQ, how documents are read
or chunked (``work``). What is written for a caller is on disk before the caller is answered.
"""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.common.errors import ApiError
from services.retrieval.catalogue import Catalogue
from services.retrieval.filters import compiled
from services.retrieval.jobs import INGEST, REINDEX, Jobs, NoQueue
from services.retrieval.minilm.convert import SIZE
from services.retrieval.minilm.encoder import DIGEST, NAME, Vectors
from services.retrieval.owner import Owner
from services.retrieval.passages import Passages
from services.retrieval.records import BatchRecord, FileRecord, StoreRecord
from services.retrieval.requests import AttachFile, CreateStore
from services.retrieval.resident import Residents
from services.retrieval.search import Hit, Searched, Way, search
from services.retrieval.vectors import VectorIndex, collection_of

ACTIVE_S = 60
"""How exactly it is kept when a store was last used: a search need not wait for the disk each second."""

Clock = Callable[[], float]
Asked = tuple[AttachFile, dict[str, Any]]
"""What is to be attached, and the file object that it has in ``services/documents``."""


class Stores:
    """``max_stores``: of one key. Safe for threads; everything blocks."""

    def __init__(
        self,
        folder: Path,
        jobs: Jobs,
        *,
        chroma_url: str | None = None,
        max_stores: int = 1000,
        clock: Clock = time.time,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.catalogue = Catalogue(folder / "catalogue.sqlite")
        self.index = VectorIndex(folder / "chroma", chroma_url)
        self.jobs = jobs
        self._folder, self._max_stores, self.clock = folder / "stores", max_stores, clock
        self._open: dict[str, Passages] = {}
        self._residents = Residents()
        self._lock = threading.Lock()

    def create(self, owner: Owner, asked: CreateStore) -> StoreRecord:
        """A new store. Raises ApiError (403) where the key has too many."""
        mine = sum(store.key_id == owner.key_id for store in self.catalogue.stores())
        if mine >= self._max_stores:
            raise ApiError(
                403, f"This key has {mine} vector stores, the most it may: delete some.", code="store_quota_exceeded"
            )
        now = int(self.clock())
        made = StoreRecord(
            id=f"vs_{secrets.token_hex(12)}", key_id=owner.key_id, team_id=owner.team_id, name=asked.name or "",
            description=asked.description, metadata=asked.metadata or {}, created_at=now, last_active_at=now,
            expires_days=asked.expires_after.days if asked.expires_after else None, model=NAME, digest=DIGEST,
        )  # fmt: skip
        self.catalogue.put(made)
        return made

    def get(self, owner: Owner, store_id: str) -> StoreRecord:
        """The store. Raises ApiError (404), also for somebody else's."""
        found = self.catalogue.store(store_id, owner)
        if found is None:
            raise ApiError(
                404, f"There is no vector store {store_id[:80]!r} for this key.", code="vector_store_not_found",
                param="vector_store_id",
            )  # fmt: skip
        return found

    def usable(self, owner: Owner, store_id: str) -> StoreRecord:
        """The same, and it was used just now. Raises ApiError, also where it has expired."""
        found = self.get(owner, store_id)
        now = int(self.clock())
        if found.expires_at is not None and found.expires_at <= now:
            raise ApiError(400, "The vector store has expired: make a new one.", code="vector_store_expired")
        if now >= found.last_active_at + ACTIVE_S:
            found = replace(found, last_active_at=now)
            self.catalogue.put(found)
        return found

    def file(self, store: StoreRecord, file_id: str) -> FileRecord:
        """A file of the store. Raises ApiError (404)."""
        found = self.catalogue.file(store.id, file_id)
        if found is None:
            raise ApiError(
                404, f"The vector store has no file {file_id[:80]!r}.", code="file_not_found", param="file_id"
            )
        return found

    def attach(
        self,
        store: StoreRecord,
        owner: Owner,
        asked: Sequence[Asked],
        *,
        batch: bool = False,
    ) -> tuple[BatchRecord | None, list[FileRecord]]:
        """Takes files in, each with its file object; they are read later. Raises ApiError (503) without a queue."""
        self._check_queue()
        now = int(self.clock())
        made = BatchRecord(f"vsfb_{secrets.token_hex(12)}", store.id, now) if batch else None
        files = [
            FileRecord(
                store_id=store.id, file_id=one.file_id, filename=str(about.get("filename") or one.file_id),
                status="in_progress", created_at=now, asked_by=owner.headers(), attributes=one.attributes or {},
                static=one.chunking_strategy.static is not None, max_chunk=one.chunking_strategy.sizes[0],
                overlap=one.chunking_strategy.sizes[1], data_class=class_in(about),
                batch_id=made.id if made else None,
            )
            for one, about in asked
        ]  # fmt: skip
        self.catalogue.put(*files, *([made] if made else []))
        for file in files:
            self.queue(file)
        return made, files

    def queue(self, file: FileRecord) -> None:
        """Asks for the file to be read. Where Redis just went away, ``upkeep`` asks again."""
        try:
            self.jobs.enqueue(INGEST, file.store_id, file.file_id)
        except NoQueue:
            return

    def put_chunks(self, file: FileRecord, first: int, chunks: Sequence[Any], vectors: Vectors) -> None:
        """Some of the chunks of a file that is being read."""
        store = self.catalogue.store(file.store_id)
        if store is None:
            return
        passages = self.passages(store.id)
        ids = passages.put(file.file_id, first, chunks, vectors, store.generation)
        self.index.put(collection_of(store.id, store.generation), ids, vectors)

    def complete(self, file: FileRecord, chunks: int, data_class: str | None) -> FileRecord | None:
        """All chunks of a file are in: from now on they are found. None where the file was taken away meanwhile."""
        passages, store = self.passages(file.store_id), self.catalogue.store(file.store_id)
        if store is not None:
            gone = passages.drop(file.file_id, above=chunks)
            self.index.drop(collection_of(store.id, store.generation), gone)
        held = passages.of_file(file.file_id)
        size = sum(len(p.chunk.indexed.encode()) + 2 * SIZE for p in held)

        def done(now: FileRecord) -> FileRecord | None:
            if now.status != "in_progress":
                return None
            known = data_class or now.data_class
            return replace(now, status="completed", chunks=len(held), usage_bytes=size, error=None, data_class=known)

        return self.catalogue.change(file, done)

    def fail(self, file: FileRecord, code: str, message: str) -> None:
        """The file cannot be taken in. ``code``: OpenAI's word."""

        def failed(now: FileRecord) -> FileRecord | None:
            error = {"code": code, "message": message}
            return None if now.status != "in_progress" else replace(now, status="failed", error=error)

        self.catalogue.change(file, failed)

    def detach(self, store: StoreRecord, file_id: str) -> bool:
        """Takes a file out of the store; whether it was there. It is not found from the first step on."""
        there = self.catalogue.remove_file(store.id, file_id)
        self.jobs.forget(INGEST, store.id, file_id)
        gone = self.passages(store.id).drop(file_id)
        self.index.drop(collection_of(store.id, store.generation), gone)
        return there

    def delete(self, store: StoreRecord) -> None:
        """Removes the store with all that is in it."""
        files = self.catalogue.files(store.id)
        self.catalogue.remove_store(store.id)
        for file in files:
            if file.status == "in_progress":
                self.jobs.forget(INGEST, store.id, file.file_id)
        self.jobs.forget(REINDEX, store.id)
        self.index.drop_all(collection_of(store.id, store.generation))
        with self._lock:
            opened = self._open.pop(store.id, None)
        self._residents.forget(store.id)
        if opened is not None:
            opened.close()
        shutil.rmtree(self._folder / store.id, ignore_errors=True)

    def search(
        self, store: StoreRecord, query: str, vector: Vectors, *, filters: Any, most: int, way: Way
    ) -> list[tuple[Hit, FileRecord]]:
        """The best passages, each with its file. Raises ApiError: 400 for a filter, 409 where another model embedded
        the store."""
        if store.digest != DIGEST:
            raise ApiError(
                409,
                f"This vector store was embedded by {store.model} ({store.digest[:8]}), and the model is another one"
                f" now: run `signalbox retrieval reindex {store.id}`.",
                code="embedding_model_changed",
            )
        test = compiled(filters) if filters is not None else None
        complete = {f.file_id: f for f in self.catalogue.files(store.id) if f.status == "completed"}
        fitting = {id: f for id, f in complete.items() if test is None or test(f.attributes)}
        passages = self.passages(store.id)
        view = self._residents.view(store.id, passages, store.generation)
        where = Searched(passages, view, self.index, collection_of(store.id, store.generation), frozenset(fitting))
        return [(hit, fitting[hit.passage.file_id]) for hit in search(where, query, vector, most, way)]

    def passages(self, store_id: str) -> Passages:
        """The passages of a store, opened once."""
        with self._lock:
            if store_id not in self._open:
                self._open[store_id] = Passages(self._folder / store_id / "passages.sqlite")
            return self._open[store_id]

    def close(self) -> None:
        """Closes every file."""
        with self._lock:
            for opened in self._open.values():
                opened.close()
        self.catalogue.close()
        self.jobs.close()

    def _check_queue(self) -> None:
        try:
            self.jobs.connection().ping()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, there is no queue
            raise ApiError(
                503,
                "Files are taken in through a queue in Redis, and there is none: start the part `database`, or set "
                f"REDIS_URL ({type(error).__name__}).",
                code="no_queue",
            ) from None


def class_in(about: dict[str, Any]) -> str:
    """The data class of a file object of ours; restricted where it does not say."""
    ours = about.get("signalbox")
    found = ours.get("data_class") if isinstance(ours, dict) else None
    return found if found in ("public", "internal", "restricted") else "restricted"
