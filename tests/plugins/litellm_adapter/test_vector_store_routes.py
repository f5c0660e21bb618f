"""Which paths are passed on; whole requests are in ``tests/e2e/test_vector_stores.py``."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.retrieval_client import KEY_ENV, URL_ENV, RetrievalClient
from plugins.litellm_adapter.vector_store_routes import MAX_BODY, allowed, vector_store_routes
from tests.plugins.litellm_adapter import facts

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("method", "rest", "open_here"),
    [
        ("GET", "", True),
        ("POST", "/vs_1", True),
        ("DELETE", "/vs_1/files/file-1", True),
        ("GET", "/vs_1/files/file-1/content", True),
        ("POST", "/vs_1/file_batches/b_1/cancel", True),
        ("PUT", "/vs_1", False),
        ("DELETE", "", False),
        ("GET", "/vs_1/search", False),
        ("GET", "/../internal/retrieval/status", False),
        ("GET", "/vs_1/files/../../x", False),
        ("GET", "/vs_1/", False),
        ("GET", "/vs 1", False),
    ],
)
def test_only_openais_routes(method: str, rest: str, open_here: bool) -> None:
    assert allowed(rest, method) is open_here


def test_who_asks_goes_along_and_the_answer_comes_back() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(404, json={"error": {"message": "none", "code": "vector_store_not_found"}})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    app = FastAPI()
    app.include_router(vector_store_routes(RetrievalClient({URL_ENV: "http://r", KEY_ENV: "inner"}, http)))
    app.dependency_overrides[user_api_key_auth] = lambda: facts.key()
    client = TestClient(app)
    got = client.get("/v1/vector_stores/vs_1?limit=3", headers={"authorization": "Bearer outer"})
    assert (got.status_code, got.json()["error"]["code"]) == (404, "vector_store_not_found")
    assert str(seen[0].url) == "http://r/v1/vector_stores/vs_1?limit=3"
    assert seen[0].headers["authorization"] == "Bearer inner"
    assert seen[0].headers["x-signalbox-key-id"]
    assert client.get("/v1/vector_stores/vs_1/nothing").status_code == 404
    assert client.post("/v1/vector_stores", content=b"x" * (MAX_BODY + 1)).status_code == 413
    assert len(seen) == 1
