"""What stores do beyond their routes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.backup.collect import files_of, still_copy
from services.common.errors import ApiError
from services.retrieval.jobs import Jobs
from services.retrieval.requests import CreateStore
from services.retrieval.stores import Stores, class_in
from services.retrieval.vectors import collection_of
from tests.services.retrieval.desk import ME, Desk


def test_without_a_queue_nothing_is_acknowledged(tmp_path: Path) -> None:
    stores = Stores(tmp_path, Jobs(None, "none"))
    store = stores.create(ME, CreateStore())
    with pytest.raises(ApiError, match="REDIS_URL") as caught:
        stores.attach(store, ME, [])
    assert (caught.value.status, caught.value.code) == (503, "no_queue")
    stores.close()


def test_a_changed_model_is_not_searched(desk: Desk) -> None:
    store = desk.store("A text.")
    record = desk.stores.catalogue.store(store)
    assert record is not None
    desk.stores.catalogue.put(replace(record, digest="another"))
    answer = desk.ask("POST", f"/{store}/search", {"query": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "embedding_model_changed")
    assert f"signalbox retrieval reindex {store}" in answer.json()["error"]["message"]


def test_an_expired_store_is_told_and_not_searched(desk: Desk) -> None:
    store = desk.store("A text.", expires_after={"anchor": "last_active_at", "days": 1})
    desk.now += 80_000
    desk.found(store, "text")
    desk.now += 80_000
    assert desk.found(store, "text") == ["file-0"], "it was used in between"
    desk.now += 90_000
    assert desk.ask("POST", f"/{store}/search", {"query": "x"}).json()["error"]["code"] == "vector_store_expired"
    assert desk.good("GET", f"/{store}")["status"] == "expired"


def test_a_backup_made_while_the_service_runs_comes_back(desk: Desk, tmp_path: Path) -> None:
    store = desk.store("The bakery opens at seven.", "A bicycle chain wants oil.")
    copy = tmp_path / "copy"
    for path in list(files_of(tmp_path / "retrieval")):
        still_copy(path, copy / path.relative_to(tmp_path / "retrieval"))
    again = Desk(tmp_path / "other", None, desk.encoder, desk.quick, folder=copy)
    with again.client:
        assert again.found(store, "when does the baker open?", max_num_results=1) == ["file-0"]
        assert again.stores.index.count(collection_of(store, 1)) == 2
        assert [f.status for f in again.stores.catalogue.files(store)] == ["completed"] * 2
        again.worker.close()


def test_deleting_leaves_nothing_on_disk(desk: Desk, tmp_path: Path) -> None:
    store = desk.store("A text about the northern works.")
    assert list((tmp_path / "retrieval" / "stores").iterdir())
    desk.good("DELETE", f"/{store}")
    assert list((tmp_path / "retrieval" / "stores").iterdir()) == []


@pytest.mark.parametrize(
    ("about", "label"),
    [
        ({}, "restricted"),
        ({"signalbox": {"data_class": "public"}}, "public"),
        ({"signalbox": {"data_class": "x"}}, "restricted"),
    ],
)
def test_a_file_that_says_no_class_is_restricted(about: dict[str, object], label: str) -> None:
    assert class_in(about) == label
