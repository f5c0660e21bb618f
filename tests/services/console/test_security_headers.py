from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services.console.security_headers import HEADERS, POLICY, SecurityHeaders


async def plain(_: Request) -> Response:
    return PlainTextResponse("x")


async def kept(_: Request) -> Response:
    return PlainTextResponse("x", headers={"cache-control": "public", "x-frame-options": "SAMEORIGIN"})


@pytest.mark.parametrize(("path", "cache"), [("/plain", "no-store"), ("/kept", "public"), ("/none", "no-store")])
async def test_every_answer_has_them(path: str, cache: str) -> None:
    app = SecurityHeaders(Starlette(routes=[Route("/plain", plain), Route("/kept", kept)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x") as client:
        headers = (await client.get(path)).headers
    assert {name: headers[name] for name, _ in HEADERS} == dict(HEADERS)
    assert headers["cache-control"] == cache


def test_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'none'")
