"""Who asks, and what the service's errors become."""

from __future__ import annotations

from types import SimpleNamespace

import httpx
import pytest

from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.retrieval_client import KEY_ENV, URL_ENV, RetrievalClient, new_http, owner_headers
from services.common import tracing


def client(answer: httpx.Response | Exception) -> RetrievalClient:
    def transport(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    http = httpx.AsyncClient(transport=httpx.MockTransport(transport))
    return RetrievalClient({URL_ENV: "http://r/", KEY_ENV: "k"}, http)


def test_the_owner_is_the_keys_hash_its_team_and_its_role() -> None:
    key = SimpleNamespace(api_key="hash", team_id="t", user_role="proxy_admin")
    assert owner_headers(key) == {
        "x-signalbox-key-id": "hash", "x-signalbox-team-id": "t", "x-signalbox-admin": "true",
    }  # fmt: skip
    assert owner_headers(SimpleNamespace(token="other")) == {
        "x-signalbox-key-id": "other", "x-signalbox-admin": "false",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (
            httpx.Response(409, json={"error": {"message": "m", "code": "embedding_model_changed"}}),
            409,
            "embedding_model_changed",
        ),
        (httpx.Response(500, text="oops"), 502, "upstream_error"),
        (httpx.ConnectError("secret address"), 503, "service_unavailable"),
    ],
)
async def test_errors(answer: httpx.Response | Exception, status: int, code: str) -> None:
    with pytest.raises(Refused) as caught:
        await client(answer).search("vs", {}, {"query": "x"})
    assert (caught.value.status, caught.value.code) == (status, code)
    assert "secret" not in caught.value.message


async def test_a_part_that_does_not_run_is_named() -> None:
    with pytest.raises(Refused, match="part `retrieval`"):
        await RetrievalClient({}).send("GET", "/v1/vector_stores", {})


def test_what_is_asked_joins_the_requests_trace() -> None:
    assert new_http().event_hooks["request"] == [tracing.inject]
