"""Makes a store's vectors anew when the embedding model is another one, beside the old ones, and swaps at the end.

Knows: generations. Does not know: embedding (``work``), HTTP. What is done stays done: a reindexing that was killed
goes on where it was, since only passages without a vector of the new generation are pending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.common.errors import ApiError
from services.retrieval.jobs import REINDEX, NoQueue
from services.retrieval.minilm.encoder import DIGEST, NAME, Vectors
from services.retrieval.passages import Passage
from services.retrieval.records import StoreRecord
from services.retrieval.stores import Stores
from services.retrieval.vectors import collection_of

BATCH = 256
QUEUED = ("queued", "started", "deferred", "scheduled")


def start(stores: Stores, store: StoreRecord, *, force: bool = False) -> dict[str, Any]:
    """Queues the work, unless the store is of this model already. Raises ApiError (503) without a queue."""
    if store.digest == DIGEST and not force:
        return {**progress(stores, store), "needed": False}
    try:
        stores.jobs.enqueue(REINDEX, store.id)
    except NoQueue:
        raise ApiError(503, "There is no queue: Redis does not answer.", code="no_queue") from None
    return {**progress(stores, store), "needed": True}


def progress(stores: Stores, store: StoreRecord) -> dict[str, Any]:
    """``reindex``: None, or how far it is: ``{"done", "total"}`` passages."""
    try:
        running = stores.jobs.state(REINDEX, store.id) in QUEUED
    except NoQueue:
        running = False
    if not running:
        return {"reindex": None}
    passages = stores.passages(store.id)
    total = passages.count()
    return {"reindex": {"done": passages.count_vectors(store.generation + 1), "total": total}}


def pending(stores: Stores, store: StoreRecord) -> list[Passage]:
    """The next passages to be embedded."""
    return stores.passages(store.id).without_vector(store.generation + 1, BATCH)


def add(stores: Stores, store: StoreRecord, ids: Sequence[int], vectors: Vectors) -> None:
    """Vectors of the new generation."""
    stores.passages(store.id).put_vectors(store.generation + 1, ids, vectors)


def swap(stores: Stores, store: StoreRecord) -> StoreRecord:
    """Fills the new collection and takes it into use; the old one is removed. Raises ApiError (409) where passages are
    still pending."""
    passages, after = stores.passages(store.id), store.generation + 1
    if pending(stores, store):
        raise ApiError(409, "Some passages have no new vector yet.", code="reindex_incomplete")
    for ids, vectors in passages.all_vectors(after):
        stores.index.put(collection_of(store.id, after), ids, vectors)
    made = replace(store, generation=after, model=NAME, digest=DIGEST)
    stores.catalogue.put(made)
    stores.index.drop_all(collection_of(store.id, store.generation))
    passages.drop_generation(store.generation)
    return made
