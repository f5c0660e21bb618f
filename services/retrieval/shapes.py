"""OpenAI's objects for vector stores, their files, batches and search results.

Knows: the shapes (OpenAI API reference, "Vector stores"). Does not know: where anything is kept. What is ours stands
under ``signalbox``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.retrieval.records import CLASSES, STATUSES, BatchRecord, FileRecord, StoreRecord
from services.retrieval.search import Hit


def store_object(store: StoreRecord, files: Sequence[FileRecord], now: float, **ours: Any) -> dict[str, Any]:
    """``vector_store``. ``ours``: further fields under ``signalbox``."""
    counts = file_counts(files)
    expired = store.expires_at is not None and store.expires_at <= now
    days = store.expires_days
    return {
        "id": store.id,
        "object": "vector_store",
        "created_at": store.created_at,
        "name": store.name,
        "description": store.description,
        "usage_bytes": sum(file.usage_bytes for file in files),
        "file_counts": counts,
        "status": "expired" if expired else "in_progress" if counts["in_progress"] else "completed",
        "expires_after": None if days is None else {"anchor": "last_active_at", "days": days},
        "expires_at": store.expires_at,
        "last_active_at": store.last_active_at,
        "metadata": store.metadata,
        "signalbox": {
            "data_class": class_of(store, files),
            "embedding_model": store.model,
            "embedding_digest": store.digest,
            "chunks": sum(file.chunks for file in files),
            **ours,
        },
    }


def class_of(store: StoreRecord, files: Sequence[FileRecord]) -> str:
    """The highest of what its maker said and of its files; restricted where neither says anything."""
    known = {file.data_class for file in files if file.status != "cancelled"}
    if store.declared_class is not None:
        known.add(store.declared_class)
    return max(known, key=CLASSES.index) if known else "restricted"


def file_object(file: FileRecord) -> dict[str, Any]:
    """``vector_store.file``."""
    strategy = {
        "type": "static",
        "static": {"max_chunk_size_tokens": file.max_chunk, "chunk_overlap_tokens": file.overlap},
    }
    return {
        "id": file.file_id,
        "object": "vector_store.file",
        "created_at": file.created_at,
        "usage_bytes": file.usage_bytes,
        "vector_store_id": file.store_id,
        "status": file.status,
        "last_error": file.error,
        "attributes": file.attributes,
        "chunking_strategy": strategy,
        "signalbox": {"filename": file.filename, "chunks": file.chunks, "data_class": file.data_class},
    }


def batch_object(batch: BatchRecord, files: Sequence[FileRecord]) -> dict[str, Any]:
    """``vector_store.files_batch``."""
    counts = file_counts(files)
    status = "cancelled" if batch.cancelled else "in_progress" if counts["in_progress"] else "completed"
    if status == "completed" and files and counts["failed"] == len(files):
        status = "failed"
    return {
        "id": batch.id,
        "object": "vector_store.files_batch",
        "created_at": batch.created_at,
        "vector_store_id": batch.store_id,
        "status": status,
        "file_counts": counts,
    }


def file_counts(files: Sequence[FileRecord]) -> dict[str, int]:
    """By status, and in all."""
    counted = Counter(file.status for file in files)
    return {**{status: counted[status] for status in STATUSES}, "total": len(files)}


def hit_object(hit: Hit, file: FileRecord) -> dict[str, Any]:
    """One result of a search."""
    chunk = hit.passage.chunk
    return {
        "file_id": file.file_id,
        "filename": file.filename,
        "score": hit.score,
        "attributes": file.attributes,
        "content": [{"type": "text", "text": chunk.text}],
        "signalbox": {"page": chunk.page, "heading": chunk.heading or None, "chunk": hit.passage.n},
    }


def page_of(
    items: Sequence[dict[str, Any]], *, limit: int, order: str, after: str | None, before: str | None
) -> dict[str, Any]:
    """OpenAI's list of ``items`` (oldest first), cut to one page. With ``before`` it ends just before that one."""
    ordered = list(items) if order == "asc" else list(reversed(items))
    ids = [item["id"] for item in ordered]
    start = ids.index(after) + 1 if after in ids else 0
    end = ids.index(before) if before in ids else len(ids)
    window = ordered[start:end]
    page = window[-limit:] if before in ids and after not in ids else window[:limit]
    return {
        "object": "list",
        "data": page,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
        "has_more": len(page) < len(window),
    }
