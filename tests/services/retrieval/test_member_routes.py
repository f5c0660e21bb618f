"""Files of a store and batches of them, in process."""

from __future__ import annotations

from tests.services.retrieval.desk import OTHER, Desk


def test_a_file_from_attaching_to_deleting(desk: Desk) -> None:
    store = desk.store()
    desk.files["file-a"] = "The bakery opens at seven."
    static = {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 50}}
    body = {"file_id": "file-a", "attributes": {"year": 2024, "kind": "note"}, "chunking_strategy": static}
    made = desk.good("POST", f"/{store}/files", body)
    assert (made["status"], made["chunking_strategy"], made["last_error"]) == ("in_progress", static, None)
    assert desk.found(store, "bakery") == [], "not before it is complete"
    desk.work()
    path = f"/{store}/files/file-a"
    done = desk.good("GET", path)
    assert (done["status"], done["attributes"]) == ("completed", {"year": 2024, "kind": "note"})
    assert done["usage_bytes"] > 0
    content = desk.good("GET", f"{path}/content")
    assert content["data"] == [{"type": "text", "text": "The bakery opens at seven."}]
    desk.good("POST", path, {"attributes": {"year": 1999}})
    older = {"type": "lt", "key": "year", "value": 2000}
    assert desk.found(store, "bakery", filters=older) == ["file-a"]
    assert desk.good("DELETE", path)["deleted"]
    assert desk.found(store, "bakery") == []
    assert desk.ask("GET", path).json()["error"]["code"] == "file_not_found"


def test_attaching_again_replaces(desk: Desk) -> None:
    store = desk.store("The bakery opens at seven.")
    desk.files["file-0"] = "The library closes at nine."
    desk.good("POST", f"/{store}/files", {"file_id": "file-0"})
    desk.work()
    found = desk.good("POST", f"/{store}/search", {"query": "opening hours"})["data"]
    assert [hit["content"][0]["text"] for hit in found] == ["The library closes at nine."]


def test_a_file_of_somebody_else_cannot_be_attached(desk: Desk) -> None:
    desk.files["file-a"] = "text"
    mine = desk.good("POST", "", {}, OTHER)["id"]
    assert desk.ask("POST", f"/{mine}/files", {"file_id": "file-a"}, OTHER).json()["error"]["code"] == "file_not_found"
    desk.down = True
    assert desk.ask("POST", f"/{desk.store()}/files", {"file_id": "file-a"}).status_code == 503


def test_what_cannot_be_read_says_why(desk: Desk) -> None:
    store = desk.store(" ")
    file = desk.good("GET", f"/{store}/files/file-0")
    assert (file["status"], file["last_error"]["code"]) == ("failed", "invalid_file")
    assert [f["id"] for f in desk.good("GET", f"/{store}/files?filter=failed")["data"]] == ["file-0"]
    assert desk.good("GET", f"/{store}/files?filter=completed")["data"] == []


def test_a_batch(desk: Desk) -> None:
    store = desk.store()
    desk.files |= {f"file-{n}": f"Text number {n}." for n in range(5)}
    body = {"file_ids": ["file-0", "file-1", "file-1"], "attributes": {"a": True}}
    batch = desk.good("POST", f"/{store}/file_batches", body)
    assert (batch["status"], batch["file_counts"]["total"]) == ("in_progress", 2)
    desk.work()
    path = f"/{store}/file_batches/{batch['id']}"
    assert desk.good("GET", path)["status"] == "completed"
    files = desk.good("GET", f"{path}/files?order=asc")["data"]
    assert [(f["id"], f["attributes"]) for f in files] == [("file-0", {"a": True}), ("file-1", {"a": True})]
    assert desk.ask("GET", f"/{store}/file_batches/vsfb_none").status_code == 404
    assert desk.ask("POST", f"/{store}/file_batches", {}).status_code == 400
    assert desk.ask("POST", f"/{store}/file_batches", {"file_ids": ["file-none"]}).status_code == 404


def test_a_batch_that_is_cancelled_takes_nothing_more_in(desk: Desk) -> None:
    store = desk.store()
    desk.files |= {f"file-{n}": f"Text number {n}." for n in range(3)}
    each = [{"file_id": f"file-{n}", "attributes": {"n": n}} for n in range(3)]
    batch = desk.good("POST", f"/{store}/file_batches", {"files": each})
    desk.worker.ingest(store, "file-0")
    done = desk.good("POST", f"/{store}/file_batches/{batch['id']}/cancel")
    assert (done["status"], done["file_counts"]["completed"], done["file_counts"]["cancelled"]) == ("cancelled", 1, 2)
    desk.worker.ingest(store, "file-1")
    assert desk.found(store, "text number") == ["file-0"]
    assert desk.jobs.live() == frozenset({f"ingest-{store}-file-0"})
