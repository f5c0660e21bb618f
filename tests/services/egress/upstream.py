"""A provider and the broker in one loop: what came in, and answers that misbehave.

Knows: HTTP/1.1 by hand. Does not know: verdicts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

import uvicorn

from plugins.ledger.book import FOLDER
from plugins.ledger.query import records
from plugins.ledger.store import segments
from services.egress.app import EgressSettings, egress_app
from tests.services.egress.make import KEY, write_targets

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nset-cookie: a=b\r\n\r\n{}"


@dataclass(slots=True)
class Upstream:
    """``answer``: what it does once a request is read whole. ``received``: head and body of each. ``closed``: set when
    a connection ended."""

    url: str = ""
    answer: Answer | None = None
    received: list[tuple[bytes, bytes]] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.received.append((head, await _body(reader, head.lower())))
                if self.answer is not None:
                    await self.answer(reader, writer)
                else:
                    writer.write(OK)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.closed.set()
            writer.close()


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if b"transfer-encoding: chunked" in head:
        made = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            made += (await reader.readexactly(size + 2))[:-2]
        await reader.readuntil(b"\r\n")
        return made
    length = next((int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.startswith(b"content-length:")), 0)
    return await reader.readexactly(length)


@dataclass(frozen=True, slots=True)
class Wall:
    """A broker on a port of its own. ``state``: where its ledger is."""

    url: str
    state: Path

    def records(self) -> list[dict[str, Any]]:
        """What stands in the ledger now."""
        return list(records(self.state / FOLDER))

    def text(self) -> str:
        """All of the ledger as it is on the disk."""
        return "".join(path.read_text() for path in segments(self.state / FOLDER))


@asynccontextmanager
async def upstream() -> AsyncIterator[Upstream]:
    """A provider that listens; connections that are still open end with it."""
    made = Upstream()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()


@asynccontextmanager
async def wall(folder: Path, base: str, **changes: Any) -> AsyncIterator[Wall]:
    """A broker in this loop, started on a real socket."""
    targets = write_targets(folder / "egress.json", base)
    settings = EgressSettings(**{"targets": targets, "state": folder, "key": KEY, **changes})
    config = uvicorn.Config(egress_app(settings), host="127.0.0.1", port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # as uvloop does, which serves outside tests
    running = asyncio.create_task(server.serve(sockets=[socket]))
    try:
        await until(lambda: server.started)
        yield Wall(f"http://127.0.0.1:{socket.getsockname()[1]}", settings.state)
    finally:
        server.should_exit = True
        await running
        socket.close()


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Waits for a condition. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for knows no events
            await asyncio.sleep(0.005)
