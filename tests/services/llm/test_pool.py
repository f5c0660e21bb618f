from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.llm.library import Library, ModelFile
from services.llm.pool import BusyError, ModelPool, UnknownModelError, UnservableError
from services.llm.process import LoadError, ModelProcess
from services.llm.settings import LlmSettings


class FakeProcess(ModelProcess):
    """A process that loads when told, so that every order of events can be tried."""

    def __init__(self, model: ModelFile, settings: LlmSettings) -> None:
        super().__init__(model, settings)
        self.go = asyncio.Event()
        self.up = False
        self.error: LoadError | None = None

    @property
    def running(self) -> bool:
        return self.up

    async def start(self) -> None:
        await self.go.wait()
        if self.error:
            raise self.error
        self.up = True

    async def stop(self) -> None:
        self.up = False


class Bench:
    """A pool over copies of the tiny model, with fake processes and a hand-driven clock."""

    def __init__(self, folder: Path, tiny: Path, **options: Any) -> None:
        for name in "abc":
            shutil.copy(tiny, folder / f"{name}.gguf")
        self.folder = folder
        self.now = 100.0
        self.made: list[FakeProcess] = []
        self.held = False
        self.error: LoadError | None = None
        settings = LlmSettings(folder, **options)
        self.pool = ModelPool(Library(folder), settings, clock=lambda: self.now, make=self._make)

    def _make(self, model: ModelFile, settings: LlmSettings) -> FakeProcess:
        process = FakeProcess(model, settings)
        process.error = self.error
        if not self.held:
            process.go.set()
        self.made.append(process)
        return process

    async def use(self, name: str) -> ModelProcess:
        async with self.pool.lease(name) as process:
            return process

    def loaded(self) -> list[str]:
        return [p.model.name for p in self.made if p.up]


@pytest.fixture
def bench(tmp_path: Path, tiny_gguf: Path) -> Callable[..., Bench]:
    return lambda **options: Bench(tmp_path, tiny_gguf, **options)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  any condition of the code under test
            await asyncio.sleep(0)


MakeBench = Callable[..., Bench]


async def test_concurrent_first_requests_share_one_load(bench: MakeBench) -> None:
    b = bench(parallel=8)
    b.held = True
    tasks = [asyncio.create_task(b.use("a")) for _ in range(5)]
    await until(lambda: len(b.made) == 1)
    tasks[0].cancel()  # the first one who asked goes away; the load goes on for the others
    await asyncio.gather(tasks[0], return_exceptions=True)
    b.made[0].go.set()
    assert {p is b.made[0] for p in await asyncio.gather(*tasks[1:])} == {True}
    assert len(b.made) == 1


async def test_unknown_and_damaged_models(bench: MakeBench) -> None:
    b = bench()
    with pytest.raises(UnknownModelError, match=r"there: a, b, c"):
        await b.use("x")
    (b.folder / "d.gguf").write_bytes(b"nothing of the kind" * 9)
    with pytest.raises(UnservableError, match=r"d\.gguf"):
        await b.use("d")


async def test_a_model_whose_file_appears_later_is_served_and_one_removed_is_not(bench: MakeBench) -> None:
    b = bench()
    shutil.copy(b.folder / "a.gguf", b.folder / "late.gguf")
    await b.use("late")
    (b.folder / "late.gguf").unlink()
    with pytest.raises(UnknownModelError):
        await b.use("late")
    await b.pool.tidy()
    assert b.loaded() == []


async def test_the_least_recently_used_goes_first(bench: MakeBench) -> None:
    b = bench(max_loaded=2)
    for name in ("a", "b", "a", "c"):
        b.now += 1
        await b.use(name)
    assert sorted(b.loaded()) == ["a", "c"]


async def test_memory_bounds_what_is_loaded(bench: MakeBench) -> None:
    b = bench(memory_mib=70)  # one tiny model counts 64
    await b.use("a")
    await b.use("b")
    assert b.loaded() == ["b"]


async def test_a_model_at_work_is_never_unloaded(bench: MakeBench) -> None:
    b = bench(max_loaded=1, idle_s=1)
    async with b.pool.lease("a"):
        with pytest.raises(BusyError, match="all working") as caught:
            await b.use("b")
        assert caught.value.retry_after_s > 0
        b.now += 100
        await b.pool.tidy()
        assert b.loaded() == ["a"]
    await b.use("b")
    assert b.loaded() == ["b"]


@pytest.mark.parametrize(("idle_s", "after", "left"), [(600, 599, ["a"]), (600, 600, []), (0, 1e9, ["a"])])
async def test_idle_models_are_unloaded(bench: MakeBench, idle_s: float, after: float, left: list[str]) -> None:
    b = bench(idle_s=idle_s)
    await b.use("a")
    b.now += after
    await b.pool.tidy()
    assert b.loaded() == left


async def test_the_queue_is_bounded_and_says_when_to_come_back(bench: MakeBench) -> None:
    b = bench(parallel=1, waiting=1)
    async with b.pool.lease("a"):
        second = asyncio.create_task(b.use("a"))
        await until(lambda: b.pool.state()[0]["waiting"] == 1)
        with pytest.raises(BusyError, match="2 requests waiting") as caught:
            await b.use("a")
        assert 1 <= caught.value.retry_after_s <= 60
        assert not second.done()
        assert b.pool.state()[0]["in_flight"] == 1
    await second
    assert b.pool.state()[0]["in_flight"] == 0


async def test_no_more_at_work_than_parallel(bench: MakeBench) -> None:
    b = bench(parallel=2)
    most = 0

    async def work() -> None:
        nonlocal most
        async with b.pool.lease("a") as process:
            most = max(most, process.users)
            await asyncio.sleep(0)

    await asyncio.gather(*(work() for _ in range(10)))
    assert most == 2


async def test_requests_for_several_choices_take_several_places_and_cannot_deadlock(bench: MakeBench) -> None:
    b = bench(parallel=2)

    async def work() -> None:
        async with b.pool.lease("a", choices=4) as process:
            assert process.users == 1
            await asyncio.sleep(0)

    async with asyncio.timeout(30):
        await asyncio.gather(*(work() for _ in range(6)))


async def test_a_waiting_request_that_is_cancelled_gives_its_place_back(bench: MakeBench) -> None:
    b = bench(parallel=1)
    async with b.pool.lease("a"):
        waiting = asyncio.create_task(b.use("a"))
        await until(lambda: b.pool.state()[0]["waiting"] == 1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(30):
        await b.use("a")


async def test_a_failed_load_is_remembered_until_the_file_changes(bench: MakeBench) -> None:
    b = bench()
    b.error = LoadError("a.gguf cannot be loaded: no")
    for _ in range(3):
        with pytest.raises(LoadError, match="cannot be loaded"):
            await b.use("a")
    assert len(b.made) == 1
    assert b.pool.state()[0]["state"] == "failed"
    os.utime(b.folder / "a.gguf", ns=(5, 5))
    b.error = None
    await b.use("a")
    assert b.pool.state()[0]["state"] == "loaded"


async def test_a_failed_load_is_tried_again_after_a_while(bench: MakeBench) -> None:
    b = bench()
    b.error = LoadError("out of memory")
    with pytest.raises(LoadError):
        await b.use("a")
    b.error = None
    b.now += 60
    await b.use("a")
    assert b.loaded() == ["a"]


async def test_a_dead_process_is_replaced(bench: MakeBench) -> None:
    b = bench()
    first = await b.use("a")
    assert isinstance(first, FakeProcess)
    first.up = False
    assert await b.use("a") is not first


async def test_a_replaced_file_is_loaded_anew_while_requests_finish_on_the_old_one(bench: MakeBench) -> None:
    b = bench()
    async with b.pool.lease("a") as old:
        os.utime(b.folder / "a.gguf", ns=(5, 5))
        new = await b.use("a")
        assert new is not old
        assert b.loaded() == ["a", "a"]
    assert b.loaded() == ["a"]
    assert new.running


async def test_close_stops_everything_even_a_load_under_way(bench: MakeBench) -> None:
    b = bench()
    await b.use("a")
    b.held = True
    task = asyncio.create_task(b.use("b"))
    await until(lambda: len(b.made) == 2)
    await b.pool.close()
    assert b.loaded() == []
    assert isinstance((await asyncio.gather(task, return_exceptions=True))[0], asyncio.CancelledError)
