"""The client turns every failure into an error of this gateway; its routes are tested with the service."""

from __future__ import annotations

import httpx
import pytest

from services.common.documents_client import DocumentsClient, FileOwner, client_from
from services.common.errors import ApiError


def _client(status: int, body: str) -> DocumentsClient:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=body))
    return DocumentsClient("http://d/", "k", httpx.AsyncClient(transport=transport))


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, '{"error": {"message": "no", "code": "encrypted", "type": "t", "param": "p"}}', (400, "encrypted")),
        (500, "oops", (502, "upstream_error")),
        (404, "[]", (502, "upstream_error")),
    ],
)
async def test_errors(status: int, body: str, expected: tuple[int, str]) -> None:
    with pytest.raises(ApiError) as caught:
        await _client(status, body).extract(b"x")
    assert (caught.value.status, caught.value.code) == expected


async def test_a_service_that_is_away_is_a_503() -> None:
    def gone(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    client = DocumentsClient("http://d", "k", httpx.AsyncClient(transport=httpx.MockTransport(gone)))
    with pytest.raises(ApiError) as caught:
        await client.get(FileOwner("a"), "file-1")
    assert caught.value.status == 503
    with pytest.raises(ApiError):
        _ = [line async for line in client.lines("GET", "/x", {})]


async def test_a_problem_in_a_line_is_an_error() -> None:
    client = _client(200, '{"head": {}}\n{"problem": {"code": "too_slow", "message": "m"}}\n')
    with pytest.raises(ApiError) as caught:
        _ = [line async for line in client.lines("POST", "/extract", {})]
    assert (caught.value.status, caught.value.code) == (422, "too_slow")


def test_owners_are_told_and_without_a_service_there_is_no_client() -> None:
    assert FileOwner("a", "t", True).headers() == {
        "x-signalbox-key-id": "a", "x-signalbox-team-id": "t", "x-signalbox-admin": "true",
    }  # fmt: skip
    assert client_from({}) is None
    assert client_from({"SIGNALBOX_DOCUMENTS_URL": "http://d", "SIGNALBOX_INTERNAL_KEY": "k"}) is not None
