"""What the egress broker adds, and how many streams it holds at once.

Knows: a broker process of its own, an upstream in this one, keep-alive connections. Does not know: LiteLLM. Both sides
are asked in turn, so that other work on the machine slows both. What waits for the disk (``fdatasync`` of the ledger's
record) is told apart: that time is the disk's. ``broker_cpu_ms``: what one request costs the broker. Bounds: 2 ms at
the median without the disk; 500 streams, none broken. ``python -m tests.bench.egress``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from plugins.routing.egress_verdict import HEADER
from tests.services.egress.make import KEY, verdict_text, write_targets
from tests.services.egress.upstream import Upstream, upstream
from tests.support.proxy import free_port

BOUND_MS, STREAMS, REQUESTS = 2.0, 500, 400
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
BODY = b'{"model":"m","messages":[{"role":"user","content":"' + b"word " * 500 + b'"}]}'


@asynccontextmanager
async def broker(folder: Path, base: str) -> AsyncIterator[tuple[str, int]]:
    """The real process, as the supervisor starts it: its URL and process id."""
    (folder / "run").mkdir()
    write_targets(folder / "run" / "egress.json", base)
    port = free_port()
    command = [sys.executable, "-m", "services.egress", "--state", str(folder), "--port", str(port)]
    environ = {**os.environ, "SIGNALBOX_EGRESS_KEY": KEY.decode()}
    process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(600):
                try:
                    if (await http.get(f"{url}/health/readiness")).status_code == 200:
                        break
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)
        yield url, process.pid
    finally:
        process.terminate()
        await process.wait()


async def added(direct: str, walled: str) -> dict[str, float]:
    """Milliseconds of one request at a time, 500 words, median of each side."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:

        async def timed(url: str) -> float:
            headers = {HEADER: verdict_text(time.time())}
            began = time.perf_counter()
            (await http.post(url, content=BODY, headers=headers)).raise_for_status()
            return (time.perf_counter() - began) * 1000

        pairs = [(await timed(f"{direct}/x"), await timed(f"{walled}/t/far/x")) for _ in range(REQUESTS)]
    straight, through = (statistics.median(side) for side in zip(*pairs, strict=True))
    return {"direct_p50_ms": straight, "walled_p50_ms": through, "added_p50_ms": through - straight}


def cpu_ms(pid: int) -> float:
    """Milliseconds of CPU that a process has used, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1000


def disk(folder: Path) -> float:
    """Milliseconds that this disk takes to have 400 bytes, median."""
    handle = os.open(folder / "disk", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    times = []
    for _ in range(100):
        os.write(handle, b"x" * 400)
        began = time.perf_counter()
        os.fdatasync(handle)
        times.append((time.perf_counter() - began) * 1000)
    os.close(handle)
    return statistics.median(times)


async def streams(far: Upstream, walled: str) -> int:
    """How many of 500 answers, all open at the same moment, came whole."""
    open_now, all_open = 0, asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now
        open_now += 1
        writer.write(HEAD + b"5\r\nfirst\r\n")
        if open_now == STREAMS:
            all_open.set()
        await all_open.wait()
        for _i in range(20):
            writer.write(b"4\r\nmore\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    far.answer = answer
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(trust_env=False, timeout=120, limits=limits) as http:

        async def one() -> bool:
            headers = {HEADER: verdict_text(time.time())}
            got = await http.post(f"{walled}/t/far/x", content=BODY, headers=headers)
            return got.content == b"first" + b"more" * 20

        return sum(await asyncio.gather(*(one() for _ in range(STREAMS))))


async def measured() -> dict[str, float]:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with upstream() as far, broker(Path(folder), far.url) as (url, pid):
            before = cpu_ms(pid)
            made = await added(far.url, url)
            made["broker_cpu_ms"] = (cpu_ms(pid) - before) / REQUESTS
            waits = disk(Path(folder))
            whole = await streams(far, url)
    return {**made, "disk_p50_ms": waits, "added_without_disk_ms": made["added_p50_ms"] - waits, "streams_whole": whole}


def main() -> int:
    """Prints and stores them; 1 where a bound is missed."""
    argparse.ArgumentParser(prog="python -m tests.bench.egress").parse_known_args()
    found = asyncio.run(measured())
    for name, value in found.items():
        print(f"{name:<24}{value:>10.2f}")
    out = Path("build/bench")
    out.mkdir(parents=True, exist_ok=True)
    (out / "egress.json").write_text(json.dumps(found, indent=1))
    return int(found["added_without_disk_ms"] > BOUND_MS or found["streams_whole"] < STREAMS)


if __name__ == "__main__":
    sys.exit(main())
