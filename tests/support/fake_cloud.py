"""A fake cloud on loopback that records every byte it is sent.

Knows: HTTP/1.1 by hand (so that the raw request is kept), OpenAI's chat, completions, embeddings, responses and
models shapes, Anthropic's messages shape, and how to misbehave on command. Does not know: the gateway or its routing.

``cloud.behave("gpt-x", "rate_limit")`` makes the upstream model ``gpt-x`` misbehave; see ``Behavior``.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.support.cloud_words import ERRORS, cut_up, last_text

Behavior = Literal[
    "ok",
    "tools",
    "slow",
    "error",
    "rate_limit",
    "context_length",
    "policy",
    "die",
    "die_midstream",
    "unauthorized",
    "echo",
]


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came over the wire."""

    request_line: bytes
    headers: bytes
    body: bytes

    @property
    def path(self) -> str:
        """The target of the request line, e.g. ``"/v1/chat/completions"``."""
        return self.request_line.split(b" ")[1].decode("latin-1")

    @property
    def json(self) -> Any:
        """The body as JSON, an object unless it is a logging callback's; empty where there is none."""
        return json.loads(self.body) if self.body else {}


@dataclass
class FakeCloud:
    """One listening server. ``delay_s``: what ``slow`` waits before its answer."""

    name: str = "cloud"
    delay_s: float = 1.0
    received: list[Received] = field(default_factory=list)
    behaviors: dict[str, Behavior] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)
    url: str = ""
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _stop: asyncio.Event | None = None
    _ready: threading.Event = field(default_factory=threading.Event)

    def behave(self, model: str, behavior: Behavior) -> None:
        """From now on the upstream model ``model`` answers as ``behavior`` says."""
        self.behaviors[model] = behavior

    def say(self, model: str, content: str) -> None:
        """From now on the upstream model ``model`` answers chat requests with this text."""
        self.scripts[model] = content

    def reset(self) -> None:
        """Forgets what was received, every behavior and every text."""
        self.received.clear()
        self.behaviors.clear()
        self.scripts.clear()

    def holds(self, marker: str) -> int:
        """How many received requests contain ``marker`` anywhere in their bytes."""
        needle = marker.encode()
        return sum(needle in r.request_line + r.headers + r.body for r in self.received)

    def wait_for(self, marker: str, seconds: float = 10.0) -> bool:
        """Waits until some received request holds ``marker``; False where none came in time."""
        end = time.monotonic() + seconds
        while not self.holds(marker):
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def start(self) -> None:
        """Listens on an ephemeral loopback port; ``url`` is then ``http://127.0.0.1:PORT``."""
        self._thread = threading.Thread(target=self._run, name=f"fake-{self.name}", daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the fake cloud did not start")

    def stop(self) -> None:
        """Ends the server and its thread."""
        if self._stop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, limit=2**26)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stop.wait()
        server.close()
        rest = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, headers = head.partition(b"\r\n")
        request = Received(line, headers, await _read_body(reader, headers))
        self.received.append(request)
        return await self._answer(request, writer)

    async def _answer(self, request: Received, writer: asyncio.StreamWriter) -> bool:
        if request.request_line.startswith(b"GET"):
            return await _send_json(writer, 200, {"object": "list", "data": [{"id": "fake", "object": "model"}]})
        try:
            body = request.json
        except ValueError:
            body = {}
        if not isinstance(body, dict):  # what a logging callback sends
            return await _send_json(writer, 200, {})
        model = str(body.get("model", ""))
        behavior, said = self.behaviors.get(model, "ok"), self.scripts.get(model)
        if behavior == "slow":
            await asyncio.sleep(self.delay_s)
        if behavior == "echo":
            said = last_text(body)
        if behavior == "die":
            writer.transport.abort()
            return False
        if behavior in ERRORS:
            status, error = ERRORS[behavior]
            extra = b"retry-after: 7\r\n" if status == 429 else b""
            return await _send_json(writer, status, {"error": error}, extra)
        if body.get("stream"):
            events = _stream(request.path, body, self.name, said, cut=behavior == "echo")
            return await _send_stream(writer, events, behavior == "die_midstream")
        if behavior == "die_midstream":
            writer.transport.abort()
            return False
        return await _send_json(writer, 200, _whole(request.path, body, self.name, behavior, said))


@contextmanager
def fake_cloud(name: str = "cloud") -> Iterator[FakeCloud]:
    """A started fake cloud, stopped at the end."""
    cloud = FakeCloud(name)
    cloud.start()
    try:
        yield cloud
    finally:
        cloud.stop()


async def _read_body(reader: asyncio.StreamReader, headers: bytes) -> bytes:
    lower = headers.lower()
    for row in lower.split(b"\r\n"):
        if row.startswith(b"content-length:"):
            return await reader.readexactly(int(row.split(b":")[1]))
    if b"transfer-encoding: chunked" not in lower:
        return b""
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)


async def _send_json(writer: asyncio.StreamWriter, status: int, value: Any, extra: bytes = b"") -> bool:
    payload = json.dumps(value).encode()
    head = b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\n%scontent-length: %d\r\n\r\n"
    writer.write(head % (status, extra, len(payload)) + payload)
    await writer.drain()
    return True


async def _send_stream(writer: asyncio.StreamWriter, events: AsyncIterator[bytes], die: bool) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    sent = 0
    async for event in events:
        writer.write(b"%x\r\n%s\r\n" % (len(event), event))
        await writer.drain()
        sent += 1
        if die and sent == 3:
            await asyncio.sleep(0.2)  # else the end overtakes the chunks in the reader's buffer
            return False  # the connection is closed with its last chunk missing; a reset could lose what was sent
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


def _whole(path: str, body: dict[str, Any], name: str, behavior: Behavior, said: str | None) -> dict[str, Any]:
    model, usage = body.get("model"), {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    text = f"answer from {name}" if said is None else said
    if "embeddings" in path:
        data = [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}]
        return {"object": "list", "model": model, "data": data, "usage": {"prompt_tokens": 3, "total_tokens": 3}}
    if path.endswith("/transcriptions"):
        return {"text": text}
    if path.endswith("/messages"):
        return {
            "id": "msg_1", "type": "message", "role": "assistant", "model": model, "stop_reason": "end_turn",
            "content": [{"type": "text", "text": text}], "usage": {"input_tokens": 3, "output_tokens": 4},
        }  # fmt: skip
    if path.endswith("/completions") and "chat" not in path:
        choice: dict[str, Any] = {"index": 0, "text": text, "finish_reason": "stop", "logprobs": None}
        head = {"id": "c", "object": "text_completion", "created": 1, "model": model}
        return {**head, "choices": [choice], "usage": usage}
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if behavior == "tools" and body.get("tools"):
        called = {"name": body["tools"][0]["function"]["name"], "arguments": "{}"}
        message = {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": called}]}  # fmt: skip
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    choices = [{"index": i, "message": message, "finish_reason": reason} for i in range(int(body.get("n") or 1))]
    head = {"id": _new_id(), "object": "chat.completion", "created": 1, "model": model}
    return {**head, "choices": choices, "usage": usage}


def _new_id() -> str:
    """As providers have it, no two answers share one: LiteLLM keeps one spend log an id."""
    return f"chatcmpl-{uuid.uuid4().hex}"


async def _stream(
    path: str, body: dict[str, Any], name: str, said: str | None, *, cut: bool = False
) -> AsyncIterator[bytes]:
    model = body.get("model")
    if path.endswith("/messages"):
        start: dict[str, Any] = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [],
                 "usage": {"input_tokens": 3, "output_tokens": 0}}  # fmt: skip
        for kind, value in (
            ("message_start", {"message": start}),
            ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
            ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": f"answer from {name}"}}),
            ("content_block_stop", {"index": 0}),
            ("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}}),
            ("message_stop", {}),
        ):
            yield f"event: {kind}\ndata: {json.dumps({'type': kind, **value})}\n\n".encode()
        return
    base = {"id": _new_id(), "object": "chat.completion.chunk", "created": 1, "model": model}
    words = ["answer ", "from ", name, " in ", "pieces"] if said is None else [w + " " for w in said.split()]
    words = cut_up(said or "") if cut else words
    for word in words:
        delta = {"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": None}
        yield f"data: {json.dumps({**base, 'choices': [delta]})}\n\n".encode()
    end = {"index": 0, "delta": {}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    yield f"data: {json.dumps({**base, 'choices': [end]})}\n\n".encode()
    if (body.get("stream_options") or {}).get("include_usage"):
        yield f"data: {json.dumps({**base, 'choices': [], 'usage': usage})}\n\n".encode()
    yield b"data: [DONE]\n\n"
