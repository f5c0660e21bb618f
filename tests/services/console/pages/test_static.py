from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize(
    ("name", "kind"), [("console.css", "text/css"), ("console.js", "text/javascript"), ("mark.svg", "image/svg+xml")]
)
async def test_three_files_without_a_login(visitor: httpx.AsyncClient, name: str, kind: str) -> None:
    answer = await visitor.get(f"/console/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert "immutable" in answer.headers["cache-control"]
    text = answer.text.replace("http://www.w3.org/2000/svg", "")
    assert "http" not in text


@pytest.mark.parametrize("name", ["../app.py", "..%2Fapp.py", "other.css", ""])
async def test_nothing_else(visitor: httpx.AsyncClient, name: str) -> None:
    assert (await visitor.get(f"/console/static/{name}")).status_code == 404
