import pytest
from starlette.types import Message, Receive, Scope, Send

from services.common.body_limit import BodyLimit
from services.common.errors import ApiError


async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def status_of(headers: list[tuple[bytes, bytes]], pieces: list[bytes]) -> int:
    """The status that a limit of 10 bytes answers."""
    sent: list[Message] = []
    left = list(pieces)

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": headers, "path": "/", "method": "POST"}
    await BodyLimit(reads_all, max_bytes=10)(scope, receive, send)
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("length", "pieces", "status"),
    [
        (b"10", [b"x" * 10], 200),
        (b"11", [b"x" * 11], 413),
        (b"99999999999999999999999", [b"x"], 413),
        (b"nonsense", [b"x" * 10], 200),
        (None, [b"x" * 5, b"x" * 5], 200),
    ],
)
async def test_the_declared_length(length: bytes | None, pieces: list[bytes], status: int) -> None:
    headers = [] if length is None else [(b"content-length", length)]
    assert await status_of(headers, pieces) == status


async def test_what_arrives_beyond_the_limit_stops_the_reading() -> None:
    with pytest.raises(ApiError) as caught:
        await status_of([(b"content-length", b"5")], [b"x" * 6, b"x" * 6])
    assert caught.value.status == 413
