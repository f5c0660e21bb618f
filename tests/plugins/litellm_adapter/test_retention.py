from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx

from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.retention import PARTS, SPEND, Retention
from tests.plugins.litellm_adapter.facts import YAML, config, router

OLD, NEW = time.time() - 40 * 86_400, time.time() - 3_600
URLS = {"SIGNALBOX_DOCUMENTS_URL": "http://documents", "SIGNALBOX_RETRIEVAL_URL": "http://retrieval"}
KEYS = "retention: {pseudonyms_days: 30, spend_logs_days: 90, files_days: 30, stores_days: 30}"


class Database:
    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    async def execute_raw(self, query: str, days: int) -> int:
        self.asked.append((query, days))
        return 3


class Part:
    """Lists the oldest first, two at a time."""

    def __init__(self, things: dict[str, float]) -> None:
        self.things = dict(things)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer internal"
        assert request.headers["x-signalbox-admin"] == "true"
        path = request.url.path
        if request.method == "GET":
            mine = sorted((at, p) for p, at in self.things.items() if p.startswith(path + "/"))[:2]
            return httpx.Response(200, json={"data": [{"id": p[len(path) + 1 :], "created_at": at} for at, p in mine]})
        return httpx.Response(200 if self.things.pop(path, None) else 404)


def gateway(keys: str) -> Gateway:
    text = YAML.replace("gateway: {}", f"gateway: {{{keys}}}")
    return Gateway(config(text), router(text), None, b"")


def swept(keys: str, part: Any, database: Any) -> dict[str, int]:
    environ = {**URLS, "SIGNALBOX_INTERNAL_KEY": "internal"}
    return asyncio.run(Retention(gateway(keys), environ, lambda: database, httpx.MockTransport(part)).sweep())


def test_what_is_too_old_goes_and_the_rest_stays() -> None:
    part = Part({f"/files/old{n}": OLD for n in range(5)} | {"/files/new": NEW, "/v1/vector_stores/vs_1": OLD})
    database = Database()
    assert swept(KEYS, part, database) == {"pseudonyms": 0, "spend logs": 3, "vector_stores": 1, "files": 5}
    assert set(part.things) == {"/files/new"}
    assert database.asked == [(SPEND, 90)]


def test_as_shipped_nothing_but_pseudonyms_ends() -> None:
    part, database = Part({"/files/old": OLD}), Database()
    assert swept("", part, database) == {"pseudonyms": 0, "spend logs": 0}
    assert (set(part.things), database.asked) == ({"/files/old"}, [])


def test_a_part_that_is_down_does_not_stop_the_others() -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    assert swept(KEYS, down, Database()) == {"pseudonyms": 0, "spend logs": 3}
    assert swept(KEYS, Part({}), None)["spend logs"] == 0


def test_a_part_that_does_not_delete_is_not_asked_for_ever() -> None:
    def stuck(request: httpx.Request) -> httpx.Response:
        listed = {"data": [{"id": "x", "created_at": OLD}]}
        return httpx.Response(200, json=listed) if request.method == "GET" else httpx.Response(404)

    assert swept(KEYS, stuck, Database())["files"] == 0


def test_every_key_of_a_part_is_one_of_the_yaml() -> None:
    assert {key for key, _, _ in PARTS} <= set(type(config().spec.retention).model_fields)
