"""A fast OpenAI-shaped upstream for measuring what stands in front of it.

Knows: constant answers, one for each kind of model; a chat also streamed (``max_tokens`` chunks). Does not know:
models, or what is measured.
Run: ``python -m tests.bench.upstream --port N``.
"""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
import uvicorn

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_USAGE = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
_ANSWER = orjson.dumps(
    {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1,
        "model": "bench",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "Five words are quite enough."},
            }
        ],
        "usage": _USAGE,
    }
)


_VECTOR = [round(i / 384, 4) for i in range(384)]
_OTHERS: dict[str, tuple[bytes, bytes]] = {
    # the end of the path -> content type, body
    "embeddings": (
        b"application/json",
        orjson.dumps(
            {
                "object": "list",
                "model": "bench",
                "data": [{"object": "embedding", "index": 0, "embedding": _VECTOR}],
                "usage": {"prompt_tokens": 9, "total_tokens": 9},
            }
        ),
    ),
    "transcriptions": (b"application/json", orjson.dumps({"text": "The tide turns.", "duration": 0.5})),
    "speech": (b"audio/mpeg", b"\x00" * 8000),
    "rerank": (
        b"application/json",
        orjson.dumps(
            {
                "id": "r",
                "results": [{"index": i, "relevance_score": 0.5} for i in range(3)],
                "usage": {"total_tokens": 9},
            }
        ),
    ),
}


def _chunk(delta: dict[str, str], finish: str | None) -> bytes:
    body = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "bench",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: " + orjson.dumps(body) + b"\n\n"


_FIRST = _chunk({"role": "assistant", "content": ""}, None)
_WORD = _chunk({"content": "word "}, None)
_LAST = _chunk({}, "stop") + b"data: [DONE]\n\n"


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _plain(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI: any POST is a chat completion but for the paths above, any GET an empty model list."""
    if scope["type"] != "http":
        return
    if scope["method"] != "POST":
        await _plain(send, 200, b'{"object":"list","data":[]}')
        return
    body = await _body(receive)
    other = _OTHERS.get(scope["path"].rsplit("/", 1)[-1])
    if other is not None:
        await _plain(send, 200, other[1], other[0])
        return
    request = orjson.loads(body)
    if not request.get("stream"):
        await _plain(send, 200, _ANSWER)
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": _FIRST, "more_body": True})
    for _ in range(int(request.get("max_tokens") or 5)):
        await send({"type": "http.response.body", "body": _WORD, "more_body": True})
    await send({"type": "http.response.body", "body": _LAST, "more_body": False})


def main() -> None:
    """Serve on loopback until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        lifespan="off",
    )


if __name__ == "__main__":
    main()
