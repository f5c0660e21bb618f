"""Through the wall on real sockets: streams, ends, stalls, redirects, many at once, and what that costs."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest

from plugins.routing.config.spec import Boundary
from plugins.routing.egress_verdict import HEADER
from services.egress.proxy import make_session, proxy_for
from services.egress.rescan import Rescan
from tests.services.egress.make import verdict_text
from tests.services.egress.upstream import Upstream, Wall, until, upstream, wall

STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def signed() -> dict[str, str]:
    return {HEADER: verdict_text(time.time()), "authorization": "Bearer held-by-egress", "connection": "keep-alive"}


async def ended(broker: Wall) -> dict[str, Any]:
    """The record of the last exchange, once it is over: that is written just after the answer's last byte."""
    await until(lambda: broker.records()[-1]["event"] == "ended")
    return broker.records()[-1]


def client(timeout: float = 10) -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=timeout, trust_env=False, limits=httpx.Limits(max_connections=None))


async def test_bytes_arrive_as_they_were_with_the_real_key(tmp_path: Path) -> None:
    body = b'{"a": "\xc3\xa9"}' * 1000
    async with upstream() as far, wall(tmp_path, f"{far.url}/v1") as broker, client() as http:
        answer = await http.post(f"{broker.url}/t/far/v1/chat/completions?a=b", content=body, headers=signed())
        assert (answer.status_code, answer.content) == (200, b"{}")
        assert "set-cookie" not in answer.headers
        [(head, received)] = far.received
        assert received == body
        lines = head.decode().lower().split("\r\n")
        assert lines[0] == "post /v1/chat/completions?a=b http/1.1"
        assert "authorization: bearer sk-real" in lines
        assert f"host: {far.url.removeprefix('http://')}" in lines
        assert "signalbox" not in head.decode().lower()
        end = await ended(broker)
        left = broker.records()[0]
        assert (left["event"], end["ended"], left["class"], left["rule"]) == ("left", "complete", "public", "declared")
        assert (end["bytes"], end["bytes_in"], end["status"]) == (left["bytes"], 2, 200) == (len(body), 2, 200)
        assert left["content"] == end["content"]
        assert left["host"] == far.url.removeprefix("http://")


async def test_both_directions_are_streamed(tmp_path: Path) -> None:
    """Each side waits for the other's next piece: nothing is kept back."""
    go_on = asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM + b"5\r\nfirst\r\n")
        await writer.drain()
        await go_on.wait()
        writer.write(b"6\r\nsecond\r\n0\r\n\r\n")

    async def body() -> AsyncIterator[bytes]:
        yield b"one"
        await until(lambda: far.connected)
        yield b"two"

    class Watched(Upstream):
        connected = False

    async with upstream() as plain:
        far = Watched()
        far.answer = answer

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            far.connected = True
            await far.serve(reader, writer)

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with (
            wall(tmp_path, base) as broker,
            client() as http,
            http.stream("POST", f"{broker.url}/t/far/x", content=body(), headers=signed()) as got,
        ):
            pieces = got.aiter_raw()
            assert await anext(pieces) == b"first"
            go_on.set()
            assert await anext(pieces) == b"second"
        assert far.received[0][1] == b"onetwo"
        end = await ended(broker)
        assert "bytes" not in broker.records()[0], "its length was not known before"
        assert end["bytes"] == 6
        assert not plain.received
        server.close()


@pytest.mark.parametrize("begun", [False, True])
async def test_a_caller_who_goes_away_ends_the_upstreams_work(tmp_path: Path, begun: bool) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if begun:
            writer.write(STREAM + b"5\r\nfirst\r\n")
        await reader.readexactly(1)  # until the broker closes

    async with upstream() as far, wall(tmp_path, far.url) as broker, client() as http:
        far.answer = answer

        async def ask() -> None:
            async with http.stream("POST", f"{broker.url}/t/far/x", content=b"{}", headers=signed()) as got:
                assert await anext(got.aiter_raw()) == b"first"

        task = asyncio.create_task(ask())
        await until(lambda: far.received)
        if begun:
            await task
        else:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(5):
            await far.closed.wait()
        assert (await ended(broker))["ended"] == "caller_gone"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed_or_passed_on(tmp_path: Path, status: int) -> None:
    async with upstream() as far, upstream() as other, wall(tmp_path, far.url) as broker, client() as http:

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 %d X\r\nlocation: %s/x\r\ncontent-length: 0\r\n\r\n" % (status, other.url.encode()))

        far.answer = answer
        got = await http.post(f"{broker.url}/t/far/x", content=b"{}", headers=signed(), follow_redirects=True)
        assert (got.status_code, got.json()["error"]["code"]) == (502, "egress_redirect")
        assert "location" not in got.headers
        assert not other.received
        assert (await ended(broker))["ended"] == "redirect_refused"


async def test_an_upstream_that_is_not_there_or_dies(tmp_path: Path) -> None:
    async def die(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM + b"5\r\nfirst\r\n")
        await writer.drain()
        writer.transport.abort()

    async with wall(tmp_path, "http://127.0.0.1:9") as broker, client() as http:
        got = await http.post(f"{broker.url}/t/far/x", content=b"{}", headers=signed())
        assert (got.status_code, got.json()["error"]["code"]) == (502, "upstream_unreachable")
    async with upstream() as far, wall(tmp_path, far.url) as broker, client() as http:
        far.answer = die
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post(f"{broker.url}/t/far/x", content=b"{}", headers=signed())


async def test_a_stalling_upstream_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = aiohttp.ClientTimeout(total=5, sock_read=0.1)
    monkeypatch.setattr("services.egress.app.make_session", lambda: make_session(short))

    async def stall(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async with upstream() as far, wall(tmp_path, far.url) as broker, client() as http:
        far.answer = stall
        got = await http.post(f"{broker.url}/t/far/x", content=b"{}", headers=signed())
        assert (got.status_code, got.json()["error"]["code"]) == (504, "upstream_timeout")
        assert (await ended(broker))["ended"] == "timeout"


async def test_nothing_leaves_where_it_cannot_be_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    async with upstream() as far, wall(tmp_path, far.url) as broker, client() as http:
        with monkeypatch.context() as patched:
            patched.setattr("plugins.ledger.store.Store.append", full)
            got = await http.post(f"{broker.url}/t/far/x", content=b"{}", headers=signed())
            assert (got.status_code, got.json()["error"]["code"]) == (503, "ledger_unwritable")
            assert (await http.post(f"{broker.url}/t/far/x", content=b"{}")).status_code == 403
            assert not far.received
        assert (await http.post(f"{broker.url}/t/far/x", content=b"{}", headers=signed())).status_code == 200


@pytest.mark.parametrize("length", [True, False])
async def test_a_second_look_keeps_in_what_was_signed_all_the_same(tmp_path: Path, length: bool) -> None:
    """As from a gateway that signs whatever it is told to."""

    async def pieces(body: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(body), 10):
            yield body[start : start + 10]

    async with upstream() as far, wall(tmp_path, far.url, rescan=Rescan(Boundary())) as broker, client() as http:
        for said, status in (("my card is 4111 1111 1111 1111", 403), ("a river in the morning", 200)):
            body = json.dumps({"messages": [{"content": said}]}).encode()
            content: Any = body if length else pieces(body)
            got = await http.post(f"{broker.url}/t/far/x", content=content, headers=signed())
            assert got.status_code == status
        assert len(far.received) == 1
        assert b"4111" not in far.received[0][1]
        refused = next(r for r in broker.records() if r["event"] == "refused")
        assert (refused["reason"], refused["decision"], refused["class"]) == ("rescan", "d1", "public")


async def test_many_streams_at_once(tmp_path: Path) -> None:
    """500 answers, all open at the same time, each complete."""
    many, open_now = 500, 0
    all_open = asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now
        open_now += 1
        if open_now == many:
            all_open.set()
        writer.write(STREAM + b"5\r\nfirst\r\n")
        await all_open.wait()
        for _i in range(20):
            writer.write(b"4\r\nmore\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    async with upstream() as far, wall(tmp_path, far.url) as broker, client(60) as http:
        far.answer = answer
        asked = [http.post(f"{broker.url}/t/far/x", content=b"{}", headers=signed()) for _ in range(many)]
        answers = await asyncio.gather(*asked)
        assert [a.content for a in answers] == [b"first" + b"more" * 20] * many
        await until(lambda: sum(row["event"] == "ended" for row in broker.records()) == many)


async def test_what_the_wall_adds(tmp_path: Path) -> None:
    """Milliseconds at one request at a time, over keep-alive connections. The bar is 2 ms on an idle machine."""
    body = b'{"model":"m","messages":[{"role":"user","content":"' + b"word " * 500 + b'"}]}'
    async with upstream() as far, wall(tmp_path, far.url) as broker, client() as http:

        async def timed(url: str) -> float:
            headers = signed()
            began = time.perf_counter()
            assert (await http.post(url, content=body, headers=headers)).status_code == 200
            return (time.perf_counter() - began) * 1000

        pairs = [(await timed(f"{far.url}/x"), await timed(f"{broker.url}/t/far/x")) for _ in range(200)]
        direct, walled = (sorted(side) for side in zip(*pairs, strict=True))
        added = statistics.median(walled) - statistics.median(direct)
        print(f"\nadded by the wall: p50 {added:.2f} ms (direct {statistics.median(direct):.2f} ms)")
        # The quickest of each side: other work on the machine slows most, but not all; 40 ms are a delayed packet.
        assert walled[0] - direct[0] < 10, "far above the bar"


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        ("https://a.example/v1", {}, None),
        ("https://a.example/v1", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://a.example/v1", {"https_proxy": "http://p:1", "NO_PROXY": "a.example"}, None),
        ("https://a.example/v1", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://127.0.0.1:1/v1", {"HTTPS_PROXY": "http://p:1"}, None),
    ],
)
def test_a_proxy_is_used_where_the_environment_names_one(url: str, environ: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(url, environ) == proxy
