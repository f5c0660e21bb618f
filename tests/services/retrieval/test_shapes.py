"""OpenAI's objects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from openai.types import VectorStore
from openai.types.vector_stores import VectorStoreFile, VectorStoreFileBatch

from services.retrieval.records import BatchRecord
from services.retrieval.shapes import batch_object, class_of, file_object, page_of, store_object
from tests.services.retrieval.test_catalogue import FILE, STORE


def test_they_are_what_the_sdk_knows() -> None:
    VectorStore.model_validate(store_object(STORE, [FILE], 5.0), strict=True)
    VectorStoreFile.model_validate(file_object(FILE), strict=True)
    VectorStoreFileBatch.model_validate(batch_object(BatchRecord("b", "vs_1", 1), [FILE]), strict=True)


@pytest.mark.parametrize(
    ("statuses", "batch"),
    [
        ((), "completed"),
        (("in_progress", "completed"), "in_progress"),
        (("failed", "completed"), "completed"),
        (("failed", "failed"), "failed"),
    ],
)
def test_the_status_of_a_batch(statuses: tuple[Any, ...], batch: str) -> None:
    files = [replace(FILE, status=status) for status in statuses]
    assert batch_object(BatchRecord("b", "vs_1", 1), files)["status"] == batch
    assert batch_object(BatchRecord("b", "vs_1", 1, cancelled=True), files)["status"] == "cancelled"


def test_a_store_that_says_nothing_is_restricted() -> None:
    assert class_of(STORE, []) == "restricted"
    said = replace(STORE, metadata={"data_class": "public"})
    assert class_of(said, []) == "public"
    assert class_of(said, [replace(FILE, data_class="internal")]) == "internal"


def test_pages() -> None:
    items = [{"id": str(n)} for n in range(5)]
    page = page_of(items, limit=2, order="asc", after="1", before="4")
    assert ([i["id"] for i in page["data"]], page["has_more"]) == (["2", "3"], False)
    assert page_of([], limit=2, order="asc", after=None, before=None)["first_id"] is None
