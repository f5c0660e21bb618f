"""A store that another model had embedded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.common.errors import ApiError
from services.retrieval import reindexing
from services.retrieval.minilm.encoder import DIGEST
from services.retrieval.records import StoreRecord
from services.retrieval.reindexing import progress, start, swap
from tests.services.retrieval.desk import Desk


def outdated(desk: Desk) -> StoreRecord:
    store = desk.store(*(f"Text about subject number {n}." for n in range(6)))
    record = desk.stores.catalogue.store(store)
    assert record is not None
    made = replace(record, model="old", digest="old")
    desk.stores.catalogue.put(made)
    return made


def test_it_goes_on_where_it_was_and_swaps_at_the_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindexing, "BATCH", 2)
    store = outdated(desk)
    assert start(desk.stores, store)["needed"] is True
    found = reindexing.pending(desk.stores, store)
    vectors = desk.worker._encoder.encode([p.chunk.indexed for p in found]).vectors
    reindexing.add(desk.stores, store, [p.id for p in found], vectors)
    assert progress(desk.stores, store) == {"reindex": {"done": 2, "total": 6}}
    with pytest.raises(ApiError, match="no new vector"):
        swap(desk.stores, store)
    desk.worker.reindex(store.id)
    now = desk.stores.catalogue.store(store.id)
    assert now is not None
    assert (now.digest, now.generation) == (DIGEST, store.generation + 1)
    assert desk.found(store.id, "subject number 4", max_num_results=1) == ["file-4"]
    assert desk.stores.passages(store.id).count_vectors(store.generation) == 0


def test_a_store_of_this_model_needs_nothing(desk: Desk) -> None:
    record = desk.stores.catalogue.store(desk.store("A text."))
    assert record is not None
    assert start(desk.stores, record)["needed"] is False
    assert start(desk.stores, record, force=True)["needed"] is True
