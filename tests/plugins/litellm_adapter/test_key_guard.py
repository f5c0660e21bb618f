from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from plugins.litellm_adapter.key_guard import KeyGuard, changes

LABEL = {"max_tier": "small"}
STORED: dict[str, dict[str, Any]] = {
    "sk-labelled": {"signalbox": LABEL},
    "team-labelled": {"signalbox": LABEL},
    "sk-plain": {"note": "x"},
}
ADMIN, USER = SimpleNamespace(user_role="proxy_admin"), SimpleNamespace(user_role="internal_user")
WITH, WITHOUT, OTHER = {"signalbox": LABEL, "a": 1}, {"a": 1}, {"signalbox": {"max_tier": "frontier"}}


async def status_of(path: str, body: Any, who: Any, method: str = "POST") -> int:
    """200 where LiteLLM was given exactly the body that was sent, else the refusal's status."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent: list[Any] = []
    passed: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append((await receive())["body"])

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async def who_asks(scope: Any, receive: Any) -> Any:
        if who is None:
            raise ValueError("no such key")
        return who

    async def stored(table: str, target: str) -> Mapping[str, Any]:
        return STORED.get(target, {})

    guard = KeyGuard(app, who_asks, stored)
    await guard({"type": "http", "method": method, "path": path, "headers": []}, receive, send)
    if passed:
        assert passed == [raw]
        assert not sent
        return 200
    assert json.loads(sent[1]["body"])["error"]["message"]
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/key/generate", {"metadata": WITHOUT}, 200),
        ("/key/generate", {"key_alias": "x"}, 200),
        ("/key/generate", {"metadata": WITH}, 403),
        ("/key/service-account/generate", {"metadata": WITH}, 403),
        ("/key/update", {"key": "sk-labelled", "metadata": WITH}, 200),
        ("/key/update", {"key": "sk-labelled", "max_budget": 1}, 200),
        ("/key/update", {"key": "sk-labelled", "metadata": OTHER}, 403),
        ("/key/update", {"key": "sk-labelled", "metadata": WITHOUT}, 403),
        ("/key/update", {"key": "sk-labelled", "metadata": {}}, 403),
        ("/key/update", {"key": "sk-labelled", "metadata": None}, 403),
        ("/key/update", {"key": "sk-plain", "metadata": WITHOUT}, 200),
        ("/key/update", {"key": "sk-plain", "metadata": WITH}, 403),
        ("/key/update", {"key": "sk-plain", "metadata": {"deep": [{"signalbox": 1}]}}, 200),
        ("/key/update", {"key": "sk-plain", "signalbox": LABEL}, 403),
        ("/key/sk-labelled/regenerate", {"metadata": WITHOUT}, 403),
        ("/key/regenerate", {"key": "sk-labelled", "metadata": WITHOUT}, 403),
        ("/key/sk-labelled/regenerate", {}, 200),
        ("/key/bulk_update", {"keys": [{"key": "sk-plain"}, {"key": "sk-labelled", "metadata": {}}]}, 403),
        ("/key/bulk_update", {"keys": [{"key": "sk-plain", "metadata": WITHOUT}]}, 200),
        ("/team/key/bulk_update", {"key_ids": ["sk-plain"], "update_fields": {"metadata": WITHOUT}}, 403),
        ("/team/key/bulk_update", {"key_ids": ["sk-plain"], "update_fields": {"max_budget": 1}}, 200),
        ("/team/new", {"metadata": WITH}, 403),
        ("/team/update", {"team_id": "team-labelled", "metadata": WITHOUT}, 403),
        ("/team/update", {"team_id": "team-labelled", "metadata": WITH}, 200),
        ("/team/team-labelled", {"metadata": WITHOUT}, 403),
        ("/user/new", {"metadata": WITH}, 403),
        ("/user/update", {"user_id": "u", "metadata": WITH}, 403),
        ("/user/update", {"user_id": "u", "metadata": WITHOUT}, 200),
        ("/user/bulk_update", {"users": [{"user_id": "u", "metadata": WITH}]}, 403),
        ("/key/update", b"not json", 200),
        ("/key/update", b"", 200),
        ("/key/update", b'{"metadata": ' * 100_000, 400),
    ],
)
async def test_who_is_no_admin_leaves_the_label_as_it_is(path: str, body: Any, status: int) -> None:
    assert await status_of(path, body, USER) == status
    if status == 403:
        assert await status_of(path, body, ADMIN) == 200
        assert await status_of(path, body, None) == 401


async def test_other_routes_and_methods_are_left_alone() -> None:
    assert await status_of("/v1/chat/completions", {"metadata": WITH}, USER) == 200
    assert await status_of("/key/info", b"", USER, "GET") == 200


@pytest.mark.parametrize(
    ("path", "status", "evicted"),
    [("/key/delete", 200, ["sk-a", "hash-b"]), ("/key/delete", 403, []), ("/key/block", 200, [])],
)
async def test_a_deleted_key_is_forgotten_everywhere(path: str, status: int, evicted: list[str]) -> None:
    forgotten: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b'{"keys": ["sk-a", "hash-b", 3]}', "more_body": False}

    async def send(message: Any) -> None:
        assert not forgotten

    async def evict(key: str) -> None:
        forgotten.append(key)

    scope = {"type": "http", "method": "POST", "path": path, "headers": []}
    await KeyGuard(app, evict=evict)(scope, receive, send)
    assert forgotten == evicted


def test_a_bulk_change_names_each_key() -> None:
    found = changes("/key/bulk_update", {"keys": [{"key": "a", "metadata": {}}, {"key": "b", "metadata": None}]})
    assert [(c.table, c.target, c.metadata) for c in found] == [("key", "a", {}), ("key", "b", None)]
