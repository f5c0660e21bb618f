from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI, Request

from services.console.forms import read_form

FORM = "application/x-www-form-urlencoded"


async def post(body: bytes, kind: str = FORM) -> httpx.Response:
    app = FastAPI()

    @app.post("/")
    async def echo(request: Request) -> dict[str, str]:
        return await read_form(request, max_bytes=110)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x") as client:
        return await client.post("/", content=body, headers={"content-type": kind})


async def test_fields_are_read() -> None:
    answer = await post(b"a=1&b=%C3%A4+b&c=&a=2", f"{FORM}; charset=utf-8")
    assert answer.json() == {"a": "2", "b": "ä b", "c": ""}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=1", "application/json", 415),
        (b"a=1", "text/plain", 415),
        (b"a=" + b"x" * 109, FORM, 413),
        (b"a=%FF", FORM, 400),
        (b"\xff=1", FORM, 400),
        (b"&".join(b"a" for _ in range(51)), FORM, 400),
    ],
)
async def test_what_is_no_form_is_refused(body: bytes, kind: str, status: int) -> None:
    assert (await post(body, kind)).status_code == status
