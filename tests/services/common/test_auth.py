import pytest
from starlette.types import Message, Receive, Scope, Send

from services.common.auth import InternalAuth


async def accepts(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "reached"})


async def first_message(kind: str, path: str, authorization: bytes | None) -> Message:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body is not read before the key is checked")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if authorization is None else [(b"authorization", authorization)]
    scope = {"type": kind, "path": path, "headers": headers, "method": "GET"}
    await InternalAuth(accepts, "key")(scope, receive, send)
    return sent[0]


@pytest.mark.parametrize(
    ("kind", "path", "authorization", "expected"),
    [
        ("http", "/v1/models", b"Bearer key", "reached"),
        ("http", "/v1/models", b"Bearer ke", "http.response.start"),
        ("http", "/v1/models", b"key", "http.response.start"),
        ("http", "/v1/models", b"Bearer \xff\xfe", "http.response.start"),
        ("http", "/v1/models", None, "http.response.start"),
        ("http", "/health/readiness", None, "reached"),
        ("http", "/healthy", None, "http.response.start"),
        ("websocket", "/v1/realtime", None, "websocket.close"),
        ("websocket", "/v1/realtime", b"Bearer key", "reached"),
        ("lifespan", "", None, "reached"),
    ],
)
async def test_who_gets_in(kind: str, path: str, authorization: bytes | None, expected: str) -> None:
    assert (await first_message(kind, path, authorization))["type"] == expected
