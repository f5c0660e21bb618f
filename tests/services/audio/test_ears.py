"""The line before a model: one at a time, nobody beyond its end; loading and unloading."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from services.audio import sphinx
from services.audio.ears import Ear, Ears
from services.audio.engine import Heard, Samples, Segment, Wish
from services.audio.settings import AudioSettings
from services.common.errors import ApiError


class Slow:
    """Waits for a sign before it has heard."""

    name = "slow"

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), threading.Event()
        self.inside = self.most = 0
        self.closed = False
        self.stopped = False

    def hear(self, samples: Samples, wish: Wish, stopped: Callable[[], bool]) -> Heard:
        self.inside += 1
        self.begun.set()
        self.most = max(self.most, self.inside)
        while not self.go.wait(0.005) and not stopped():
            pass
        self.stopped = stopped()
        self.inside -= 1
        return Heard((Segment(" x", 0, 1),), "en")

    def close(self) -> None:
        self.closed = True


async def test_one_at_a_time_and_none_beyond_the_line(samples: Samples) -> None:
    engine = Slow()
    ear = Ear("slow", "slow", lambda: engine, 2, None)

    async def one() -> Heard:
        async with ear.place():
            return await ear.hear(samples, Wish())

    running = [asyncio.create_task(one()) for _ in range(2)]
    await asyncio.to_thread(engine.begun.wait)
    assert ear.inside == 2
    with pytest.raises(ApiError) as caught:
        await one()
    assert (caught.value.status, caught.value.code) == (429, "audio_busy")
    assert int((caught.value.headers or {})["Retry-After"]) >= 1
    assert not await ear.unload(0)  # somebody is inside
    engine.go.set()
    assert [h.language for h in await asyncio.gather(*running)] == ["en", "en"]
    assert (engine.most, ear.inside) == (1, 0)
    assert not await ear.unload(1000)
    assert await ear.unload(0)
    assert engine.closed
    assert not ear.loaded


async def test_a_caller_who_goes_away_stops_the_work_and_frees_the_place(samples: Samples) -> None:
    engine = Slow()
    ear = Ear("slow", "slow", lambda: engine, 1, None)

    async def one() -> None:
        async with ear.place():
            await ear.hear(samples, Wish())

    gone = asyncio.create_task(one())
    await asyncio.to_thread(engine.begun.wait)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    async with ear.place():  # the place is free at once, the engine only when it has stopped
        engine.go.set()
        assert (await ear.hear(samples, Wish())).language == "en"
    assert engine.most == 1


async def test_a_level_triggered_cancellation_lets_nobody_in_early(samples: Samples) -> None:
    """As Starlette ends a stream whose reader has gone: every await is cancelled again."""
    engine = Slow()
    ear = Ear("slow", "slow", lambda: engine, 2, None)
    async with anyio.create_task_group() as group:
        group.start_soon(ear.hear, samples, Wish())
        await asyncio.to_thread(engine.begun.wait)
        group.cancel_scope.cancel()
    engine.go.set()
    await ear.hear(samples, Wish())
    assert engine.most == 1


def test_the_largest_model_is_the_default_and_pocketsphinx_the_last_resort(
    models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ears = Ears(AudioSettings(models_dir))
    assert ears.ear("").name == "whisper-tiny"
    assert ears.ear("") is ears.ear("whisper-tiny")
    assert ears.ear("whisper-tiny").languages is None
    assert ears.ear(sphinx.NAME).languages == frozenset({"en"})
    with pytest.raises(ApiError) as unknown:
        ears.ear("whisper-huge")
    assert (unknown.value.status, unknown.value.param) == (404, "model")
    bare = Ears(AudioSettings(tmp_path))
    assert bare.ear("").name == sphinx.NAME
    monkeypatch.setattr(sphinx, "is_installed", lambda: False)
    with pytest.raises(ApiError) as nothing:
        bare.ear("")
    assert nothing.value.status == 503
    assert "signalbox models pull whisper-base" in nothing.value.message


async def test_an_engine_that_is_not_installed_is_a_503_with_what_to_do(models_dir: Path, samples: Samples) -> None:
    ear = Ears(AudioSettings(models_dir, engine="whisper-cpp-python")).ear("whisper-tiny")
    with pytest.raises(ApiError, match="SIGNALBOX_AUDIO_ENGINE") as caught:
        await ear.hear(samples, Wish())
    assert (caught.value.status, caught.value.code) == (503, "engine_not_installed")


async def test_a_model_that_cannot_be_loaded_is_a_503_each_time(
    models_dir: Path, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr("services.audio.whisper.Whisper.__init__", broken)
    ear = Ears(AudioSettings(models_dir)).ear("whisper-tiny")
    for _ in range(2):
        with pytest.raises(ApiError) as caught:
            await ear.hear(samples, Wish())
        assert (caught.value.status, caught.value.code) == (503, "model_not_loaded")
