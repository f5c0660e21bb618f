"""Bounds of requests."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.retrieval.records import MAX_CHUNK, OVERLAP
from services.retrieval.requests import AttachFile, Chunking, CreateBatch, CreateStore, Search


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Chunking, {"type": "static"}),
        (Chunking, {"type": "auto", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}),
        (Chunking, {"type": "static", "static": {"max_chunk_size_tokens": 99, "chunk_overlap_tokens": 0}}),
        (Chunking, {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 401}}),
        (CreateStore, {"metadata": {str(n): "x" for n in range(17)}}),
        (CreateStore, {"metadata": {"k": "x" * 513}}),
        (CreateStore, {"expires_after": {"anchor": "created_at", "days": 1}}),
        (CreateStore, {"expires_after": {"anchor": "last_active_at", "days": 0}}),
        (CreateStore, {"file_ids": ["f"] * 501}),
        (AttachFile, {"file_id": ""}),
        (AttachFile, {"file_id": "f", "attributes": {"k": ["list"]}}),
        (Search, {"query": " "}),
    ],
)
def test_out_of_bounds(kind: type[BaseModel], body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(body)


def test_sizes_of_chunks() -> None:
    static = {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}
    assert Chunking().sizes == (MAX_CHUNK, OVERLAP)
    assert Chunking.model_validate(static).sizes == (800, 400)


def test_a_batch_shares_or_has_its_own() -> None:
    batch = CreateBatch.model_validate(
        {"file_ids": ["a", "b"], "attributes": {"x": 1}, "files": [{"file_id": "c", "attributes": {"x": 2}}]}
    )
    assert {one.file_id: one.attributes for one in batch.asked()} == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 2}}
