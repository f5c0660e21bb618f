"""Two workers' counters over a real Redis, and without one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis.asyncio

from plugins.litellm_adapter.shared_counters import SharedCounters
from services.database.paths import StatePaths
from services.database.redis import Redis

END = time.time() + 3600


@asynccontextmanager
async def running(counters: SharedCounters) -> AsyncIterator[SharedCounters]:
    task = asyncio.create_task(counters.run())
    yield counters
    task.cancel()


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.01)


def server_in(folder: Path) -> Redis:
    paths = StatePaths.of(folder / "state")
    for made in (paths.secrets, paths.log, paths.redis):
        made.mkdir(parents=True, exist_ok=True)
    server = Redis(paths)
    server.launch()
    server.wait_ready()
    return server


async def test_workers_see_each_other_and_survive_the_loss_of_redis(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = await asyncio.to_thread(server_in, tmp_path)
    client = redis.asyncio.Redis.from_url(server.url, socket_timeout=2)
    one, two = SharedCounters(lambda: client), SharedCounters(lambda: client)
    try:
        async with running(one), running(two):
            one.add("a", 1.5, END)
            assert one.value("a") == 1.5, "the worker's own addition counts at once"
            await until(lambda: two.value("a") == 1.5)
            two.add("a", 0.25, END)
            await until(lambda: one.value("a") == 1.75)
            assert 0 < await client.ttl("signalbox:spend:a") <= 3600 + 60

            await asyncio.to_thread(server.stop)
            one.add("a", 1.0, END)
            await until(lambda: "does not answer" in caplog.text)
            assert one.value("a") == 2.75
            assert two.value("a") == 1.75

            await asyncio.to_thread(server.launch)
            await asyncio.to_thread(server.wait_ready)
            await until(lambda: two.value("a") == 2.75)
            assert one.value("a") == 2.75
        two.add("a", 1.0, END)
        await two.flush()
        assert float(await client.get("signalbox:spend:a") or 0) == pytest.approx(3.75)
    finally:
        await client.aclose()
        await asyncio.to_thread(server.stop)


async def test_without_redis_a_worker_counts_alone() -> None:
    async with running(SharedCounters(lambda: None)) as alone:
        for _ in range(4):
            alone.add("b", 0.5, END)
            await asyncio.sleep(0)
        await until(lambda: alone.value("b") == 2.0)
        alone.add("b", 0.5, END)
        assert alone.value("b") == 2.5
