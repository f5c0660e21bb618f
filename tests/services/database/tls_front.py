"""TLS in front of a Postgres that was built without it, as the embedded ones are: takes SSLRequest, forwards."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SSL_REQUEST = bytes([0, 0, 0, 8, 4, 210, 22, 47])


@dataclass
class TlsFront:
    """`sessions`: for every connection that got as far as a start-up message, whether it was under TLS."""

    upstream: int
    context: ssl.SSLContext
    port: int = 0
    sessions: list[bool] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client that goes away, or refuses the certificate, ends its connection and nothing else."""
        try:
            first = await reader.readexactly(8)
            tls = first == SSL_REQUEST
            if tls:
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(self.context)
                first = await reader.readexactly(8)
            self.sessions.append(tls)
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
            upstream_writer.write(first)
            await asyncio.gather(pipe(reader, upstream_writer), pipe(upstream_reader, writer))
        except (OSError, EOFError):
            pass
        finally:
            writer.close()


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@contextmanager
def tls_front(upstream: int, certificate: Path, key: Path) -> Iterator[TlsFront]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    front = TlsFront(upstream, context)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(front.handle, "127.0.0.1", 0))
    front.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield front
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
