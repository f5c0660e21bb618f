import logging

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from services.common.edge import Edge, request_id


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": request_id.get().encode()})


async def breaks_midway(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError("quoted prompt")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abc-123", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ("two words", False),
        ("", False),
        ("line\\nbreak", False),
    ],
)
async def test_a_plain_request_id_is_kept_and_echoed(given: str, kept: bool) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=Edge(echo)), base_url="http://test") as http:
        answer = await http.get("/", headers={"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.text == answer.headers["x-request-id"]
    assert request_id.get() == ""


async def test_an_answer_that_breaks_midway_is_not_finished_quietly() -> None:
    transport = httpx.ASGITransport(app=Edge(breaks_midway))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        with pytest.raises(RuntimeError):
            await http.get("/")


async def test_the_access_line_has_no_query_and_health_has_none(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "signalbox.access")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=Edge(echo)), base_url="http://test") as http:
        await http.get("/v1/models?question=private")
        await http.get("/health/readiness")
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("GET /v1/models 200 ")
    assert "private" not in line
