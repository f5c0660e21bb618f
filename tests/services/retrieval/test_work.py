"""What the worker does, in process."""

from __future__ import annotations

import httpx
import pytest

from services.retrieval import work
from services.retrieval.documents import Documents
from services.retrieval.minilm.encoder import Encoder
from services.retrieval.work import TryAgain, Worker
from tests.services.retrieval.desk import Desk


def test_pages_are_kept(desk: Desk) -> None:
    store = desk.store("First page about apples.\fSecond page about pears.")
    (hit, *_) = desk.good("POST", f"/{store}/search", {"query": "pears"})["data"]
    assert hit["signalbox"]["page"] == 2


def test_doing_it_twice_changes_nothing(desk: Desk) -> None:
    store = desk.store("A text about apples.")
    desk.worker.ingest(store, "file-0")
    desk.worker.ingest("vs_none", "file-none")
    assert desk.stores.passages(store).count() == 1


def test_a_long_document_comes_in_parts_and_a_shorter_one_leaves_no_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "BATCH", 3)
    store = desk.store("\f".join(f"Page about subject {n}." for n in range(8)))
    assert desk.stores.passages(store).count() == 8
    desk.files["file-0"] = "Only one page.\fAnd another."
    desk.good("POST", f"/{store}/files", {"file_id": "file-0"})
    desk.work()
    assert desk.stores.passages(store).count() == 2
    assert desk.good("GET", f"/{store}")["signalbox"]["chunks"] == 2


def test_what_is_not_there_now_is_tried_again(desk: Desk, quick: Encoder) -> None:
    store = desk.store()
    desk.files["file-a"] = "text"
    desk.good("POST", f"/{store}/files", {"file_id": "file-a"})
    desk.down = True
    with pytest.raises(TryAgain, match="documents: 503"):
        desk.work()
    gone = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(500)), base_url="http://r")
    worker = Worker(gone, Documents(None, None), quick)
    with pytest.raises(TryAgain, match="retrieval: 500"):
        worker.ingest(store, "file-a")
    worker.close()


def test_a_file_that_is_gone_is_told(desk: Desk) -> None:
    store = desk.store()
    desk.files["file-a"] = "text"
    desk.good("POST", f"/{store}/files", {"file_id": "file-a"})
    del desk.files["file-a"]
    desk.work()
    assert desk.good("GET", f"/{store}/files/file-a")["last_error"]["code"] == "invalid_file"
