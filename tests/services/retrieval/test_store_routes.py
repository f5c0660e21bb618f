"""Stores and searching them, in process."""

from __future__ import annotations

from typing import Any

import pytest

from services.retrieval.store_routes import RERANKED
from tests.services.retrieval.desk import ADMIN, MATE, OTHER, Desk


def test_a_store_from_making_to_deleting(desk: Desk) -> None:
    body = {
        "name": "a",
        "description": "d",
        "metadata": {"k": "v"},
        "expires_after": {"anchor": "last_active_at", "days": 1},
    }
    made = desk.good("POST", "", body)
    assert (made["object"], made["status"], made["metadata"]) == ("vector_store", "completed", {"k": "v"})
    assert made["expires_at"] == int(desk.now) + 86_400
    path = f"/{made['id']}"
    changed = desk.good("POST", path, {"name": "b", "metadata": None, "expires_after": None})
    assert (changed["name"], changed["metadata"], changed["expires_after"]) == ("b", {}, None)
    assert desk.good("GET", path)["name"] == "b"
    assert desk.good("DELETE", path) == {"id": made["id"], "object": "vector_store.deleted", "deleted": True}
    assert desk.ask("GET", path).status_code == 404


def test_pages_of_a_list(desk: Desk) -> None:
    ids = [desk.good("POST", "", {"name": str(n)})["id"] for n in range(4)]
    first = desk.good("GET", "?limit=2&order=asc")
    assert ([s["id"] for s in first["data"]], first["has_more"], first["last_id"]) == (ids[:2], True, ids[1])
    rest = desk.good("GET", f"?limit=2&order=asc&after={ids[1]}")
    assert ([s["id"] for s in rest["data"]], rest["has_more"]) == (ids[2:], False)
    assert [s["id"] for s in desk.good("GET", f"?order=asc&before={ids[2]}&limit=1")["data"]] == [ids[1]]
    assert [s["id"] for s in desk.good("GET", "")["data"]] == ids[::-1]
    assert desk.ask("GET", "?limit=0").status_code == 400


def test_somebody_elses_store_does_not_exist(desk: Desk) -> None:
    store = desk.store("A text.")
    for method, path, body in (
        ("GET", "", None), ("POST", "", {"name": "x"}), ("DELETE", "", None), ("POST", "/search", {"query": "x"}),
        ("GET", "/files", None), ("POST", "/files", {"file_id": "file-0"}), ("GET", "/files/file-0", None),
        ("POST", "/file_batches", {"file_ids": ["file-0"]}), ("DELETE", "/files/file-0", None),
        ("GET", "/files/file-0/content", None),
    ):  # fmt: skip
        answer = desk.ask(method, f"/{store}{path}", body, OTHER)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "vector_store_not_found"), path
    assert desk.good("GET", "", owner=OTHER)["data"] == []
    assert desk.good("GET", f"/{store}", owner=MATE)["id"] == desk.good("GET", f"/{store}", owner=ADMIN)["id"] == store


def test_a_key_has_a_quota(desk: Desk) -> None:
    for _ in range(5):
        desk.good("POST", "", {})
    answer = desk.ask("POST", "", {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "store_quota_exceeded")
    desk.good("POST", "", {}, MATE)


def test_searching(desk: Desk) -> None:
    store = desk.store("The bakery opens at seven.", "A bicycle chain wants oil.", "Invoices are paid late.")
    page = desk.good("POST", f"/{store}/search", {"query": "when can bread be bought?", "max_num_results": 2})
    assert (page["object"], page["search_query"]) == ("vector_store.search_results.page", ["when can bread be bought?"])
    best = page["data"][0]
    assert (best["file_id"], best["filename"]) == ("file-0", "file-0.txt")
    assert best["content"] == [{"type": "text", "text": "The bakery opens at seven."}]
    assert page["signalbox"]["data_class"] == "internal"
    assert page["signalbox"]["tokens"] > 5
    assert (len(page["data"]), page["has_more"]) == (2, False)
    assert RERANKED > 1


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"query": ["bread", "oil for a bike"]}, {"file-0", "file-1"}),
        ({"query": "bread from the baker", "ranking_options": {"score_threshold": 0.99}}, set()),
        ({"query": "please tell me when the baker opens", "rewrite_query": True}, {"file-0"}),
        ({"query": "oil", "ranking_options": {"ranker": "default-2024-11-15"}, "max_num_results": 1}, {"file-1"}),
        ({"query": "oil", "ranking_options": {"ranker": "none"}, "max_num_results": 1}, {"file-1"}),
    ],
)
def test_options_of_a_search(desk: Desk, body: dict[str, Any], found: set[str]) -> None:
    store = desk.store("The bakery opens at seven.", "A bicycle chain wants oil.")
    hits = desk.found(store, **body)
    assert set(hits) >= found if found else hits == []
    if len(found) == 1:
        assert hits[0] in found


@pytest.mark.parametrize(
    "body",
    [
        {}, {"query": ""}, {"query": []}, {"query": "x", "max_num_results": 51},
        {"query": "x", "filters": {"type": "no"}}, {"query": "x", "ranking_options": {"score_threshold": 2}},
        {"query": "x", "ranking_options": {"ranker": "best"}},
    ],
)  # fmt: skip
def test_mistakes_in_a_search(desk: Desk, body: dict[str, Any]) -> None:
    assert desk.ask("POST", f"/{desk.good('POST', '', {})['id']}/search", body).status_code == 400


def test_the_class_of_a_store_is_the_highest_of_its_files(desk: Desk) -> None:
    desk.classes["file-1"] = "restricted"
    store = desk.store("One text.", "Another text.", metadata={"data_class": "public"})
    assert desk.good("GET", f"/{store}")["signalbox"]["data_class"] == "restricted"
    desk.good("DELETE", f"/{store}/files/file-1")
    assert desk.good("GET", f"/{store}")["signalbox"]["data_class"] == "internal"
