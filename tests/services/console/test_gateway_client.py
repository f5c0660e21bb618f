from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from services.console.gateway_client import Ask, answer_text, explain, send
from services.console.login import Credentials
from services.console.session import Sessions
from services.console.settings import read_settings
from services.console.web import Console
from tests.services.console.fake_gateway import EXPLAINED, FakeGateway


@pytest.fixture
def console(state: Path, gateway: FakeGateway) -> Console:
    return Console(read_settings(state, {}), Sessions(b"k"), Credentials("", ""), transport=gateway)


async def test_explain_asks_with_the_master_key(console: Console, gateway: FakeGateway) -> None:
    reply = await explain(console, Ask("secret text", "auto", "public"))
    assert (reply.status, reply.body, reply.problem) == (200, EXPLAINED, None)
    request = gateway.requests[0]
    assert str(request.url) == "http://127.0.0.1:4000/routing/explain"
    assert request.headers["authorization"] == "Bearer sk-master-0123456789abcdef-012345"
    assert request.headers["x-signalbox-data-class"] == "public"
    assert gateway.body() == {"model": "auto", "messages": [{"role": "user", "content": "secret text"}]}


async def test_send_returns_the_routing_headers(console: Console, gateway: FakeGateway) -> None:
    reply = await send(console, Ask("hi", "auto"))
    assert reply.routing["tier"] == "small"
    assert reply.body is not None
    assert answer_text(reply.body).startswith("Short: ")
    assert gateway.body()["max_tokens"] == 512
    assert "x-signalbox-data-class" not in gateway.requests[0].headers


async def test_an_error_is_told_in_the_gateways_words(console: Console, gateway: FakeGateway) -> None:
    gateway.status = 503
    assert (await send(console, Ask("hi", "auto"))).problem == "Add a model: `ollama pull x`"
    gateway.status, gateway.explained = 200, {"error": {"message": "messages: is empty", "param": "messages"}}
    assert (await explain(console, Ask("hi", "auto"))).problem == "messages: is empty"


async def test_no_connection_is_a_problem_and_no_exception(console: Console, gateway: FakeGateway) -> None:
    gateway.down = True
    reply = await explain(console, Ask("hi", "auto"))
    assert (reply.status, reply.body) == (0, None)
    assert "cannot be reached (ConnectError)" in (reply.problem or "")


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, text="no json"), httpx.Response(200, json=[1]), httpx.Response(500, text="")]
)
async def test_an_answer_in_another_shape_is_a_problem(console: Console, answer: httpx.Response) -> None:
    other = Console(
        console.settings, console.sessions, console.credentials, transport=httpx.MockTransport(lambda _: answer)
    )
    assert "without saying why" in ((await explain(other, Ask("hi", "auto"))).problem or "")


@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"choices": [{"message": {"content": None}}]}, {"choices": [{"message": None}]}]
)
def test_no_text_is_empty(body: dict[str, object]) -> None:
    assert answer_text(body) == ""


def test_the_prompt_is_not_in_the_repr() -> None:
    assert "secret" not in repr(Ask("secret", "auto"))
