import asyncio
from typing import Annotated

import httpx
import pytest
from fastapi import Body, FastAPI, Request
from pydantic import BaseModel

from services.common.app import Readiness, create_app

KEY = "internal-key-of-the-test"


class Item(BaseModel):
    name: str
    tags: list[int] = []


def app_with_routes(key: str | None = KEY, max_body_bytes: int = 2000) -> FastAPI:
    app = create_app("test", ready=None, internal_key=key, max_body_bytes=max_body_bytes)

    @app.post("/items")
    async def items(item: Annotated[Item, Body()]) -> dict[str, str]:
        return {"name": item.name}

    @app.post("/raw")
    async def raw(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the caller wrote: tell nobody")

    return app


def client(app: FastAPI, key: str | None = KEY) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test", headers=headers)


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "param", "code"),
    [
        ("POST", "/items", b'{"name": "a"}', 200, None, None),
        ("POST", "/items", b'{"name": 3}', 400, "name", None),
        ("POST", "/items", b'{"name": "a", "tags": [1, "x"]}', 400, "tags[1]", None),
        ("POST", "/items", b"{}", 400, "name", None),
        ("POST", "/items", b"", 400, None, None),
        ("POST", "/items", b'{"name": ', 400, None, "invalid_json"),
        ("POST", "/items", b'{"name": "\xff\xfe"}', 400, None, None),
        ("POST", "/items", b"[" * 1900, 400, None, None),
        ("POST", "/items", b'{"name": "' + b"a" * 3000 + b'"}', 413, None, "request_too_large"),
        ("GET", "/nowhere", b"", 404, None, None),
        ("DELETE", "/items", b"", 405, None, None),
        ("GET", "/broken", b"", 500, None, "internal_error"),
    ],
)
async def test_every_failure_has_openai_shape(
    method: str, path: str, content: bytes, status: int, param: str | None, code: str | None
) -> None:
    async with client(app_with_routes()) as http:
        answer = await http.request(method, path, content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["x-request-id"]
    if status != 200:
        error = answer.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert error["type"] == ("server_error" if status == 500 else "invalid_request_error")
        assert (error["param"], error["code"]) == (param, code)
        assert "tell nobody" not in answer.text


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", None])
async def test_a_body_of_another_type_says_which_is_wanted(content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    async with client(app_with_routes()) as http:
        answer = await http.post("/items", content=b'{"name": "a"}', headers=headers)
    assert answer.status_code == 400
    assert "application/json" in answer.json()["error"]["message"]


async def test_a_body_without_a_declared_length_is_counted() -> None:
    async def pieces() -> object:
        for _ in range(5):
            yield b"x" * 900

    async with client(app_with_routes()) as http:
        for path in ("/items", "/raw"):
            answer = await http.post(path, content=pieces(), headers={"content-type": "application/json"})  # type: ignore[arg-type]
            assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_too_large")


@pytest.mark.parametrize(("key", "status"), [(KEY, 200), (None, 401), ("wrong", 401), (KEY + "x", 401)])
async def test_the_internal_key_is_wanted_everywhere_but_on_health(key: str | None, status: int) -> None:
    async with client(app_with_routes(), key) as http:
        answer = await http.post("/items", json={"name": "a"})
        assert answer.status_code == status
        assert (await http.get("/health/readiness")).status_code == 200
        assert (await http.get("/health/liveness")).json() == {"status": "alive", "part": "test"}
        if status == 401:
            assert answer.json()["error"]["code"] == "invalid_api_key"
            assert (await http.get("/nowhere")).status_code == 401


async def test_no_key_lets_everybody_in_and_an_empty_one_is_a_mistake() -> None:
    async with client(app_with_routes(key=None), None) as http:
        assert (await http.post("/items", json={"name": "a"})).status_code == 200
    with pytest.raises(ValueError, match="SIGNALBOX_INTERNAL_KEY"):
        create_app("test", ready=None, internal_key="")


async def test_readiness_says_why_not() -> None:
    states = iter([Readiness(False, "models folder is empty"), Readiness(True)])

    async def ready() -> Readiness:
        await asyncio.sleep(0)
        return next(states)

    async with client(create_app("test", ready=ready, internal_key=None)) as http:
        first = await http.get("/health/readiness")
        second = await http.get("/health/readiness")
    assert (first.status_code, first.json()["reason"]) == (503, "models folder is empty")
    assert (second.status_code, second.json()["status"]) == (200, "ready")
