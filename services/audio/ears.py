"""The recognizers: which there are, loaded when first asked, unloaded when idle, each used by one request at a time.

Knows: names, files, engines. Does not know: HTTP but for its errors, recordings. A request waits in a line for its
model; where the line is full it is refused at once (429). The line is taken for one window of a recording at a time, so
that a short message does not wait for the end of a long meeting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from threading import Event

from services.audio import sphinx
from services.audio.engine import Engine, Heard, Samples, Wish
from services.audio.settings import ENGINES, AudioSettings
from services.audio.shelf import WhisperFile, shelf
from services.common.errors import ApiError

PULL = "signalbox models pull whisper-base"
_RETRY_MOST_S = 60


class Ear:
    """One model. ``make`` loads it (slow, in a thread). ``engine``: the program that hears. ``languages``: all that it
    knows, None for every one."""

    def __init__(
        self, name: str, engine: str, make: Callable[[], Engine], waiting: int, languages: frozenset[str] | None
    ) -> None:
        self.name = name
        self.engine = engine
        self.languages = languages
        self._make = make
        self._most = waiting
        self._engine: Engine | None = None
        self._lock = asyncio.Lock()
        self._turns: set[asyncio.Task[Heard]] = set()
        self._inside = 0
        self._window_s = 1.0
        self.used = time.monotonic()

    @property
    def loaded(self) -> bool:
        return self._engine is not None

    @property
    def inside(self) -> int:
        """Requests that are heard or wait."""
        return self._inside

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place in the line for one request. Raises ApiError (429) where it is full."""
        if self._inside >= self._most:
            wait = min(_RETRY_MOST_S, max(1, round(self._window_s * self._inside)))
            raise ApiError(
                429,
                f"{self._inside} recordings wait for {self.name} already: try again in {wait} seconds.",
                code="audio_busy",
                headers={"Retry-After": str(wait)},
            )
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            self.used = time.monotonic()

    async def hear(self, samples: Samples, wish: Wish) -> Heard:
        """Waits for its turn. A caller who goes away stops the work, and only when it has stopped is the next one let
        in: the turn is a task of its own, which no cancelled request can leave early."""
        stop = Event()
        turn = asyncio.create_task(self._turn(samples, wish, stop))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        try:
            return await asyncio.shield(turn)
        except asyncio.CancelledError:
            stop.set()
            raise

    async def _turn(self, samples: Samples, wish: Wish, stop: Event) -> Heard:
        async with self._lock:
            if stop.is_set():
                return Heard((), "")
            began = time.monotonic()
            if self._engine is None:
                self._engine = await asyncio.to_thread(self._make)
            heard = await asyncio.to_thread(self._engine.hear, samples, wish, stop.is_set)
            self._window_s = 0.5 * self._window_s + 0.5 * (time.monotonic() - began)
            return heard

    async def unload(self, idle_s: float) -> bool:
        """Unloads where nobody is inside and nobody was for ``idle_s``; whether it did."""
        if self._engine is None or self._inside or time.monotonic() - self.used < idle_s:
            return False
        async with self._lock:
            engine, self._engine = self._engine, None
            if engine is not None:
                engine.close()
        return True


class Ears:
    """All of them, by the names that requests use."""

    def __init__(self, settings: AudioSettings) -> None:
        self._settings = settings
        self._known: dict[str, Ear] = {}

    def models(self) -> Mapping[str, WhisperFile]:
        """Whisper models that can serve now."""
        return {n: m for n, m in shelf(self._settings.models_dir).items() if m.problem is None}

    def loaded(self) -> Mapping[str, Ear]:
        """Those that were asked for since the start."""
        return self._known

    def ear(self, name: str) -> Ear:
        """The ear of this name; "" is the largest Whisper model, else pocketsphinx. Raises ApiError: 404 for a name
        that is not there, 503 where nothing is."""
        files = self.models()
        if not name and files:
            name = max(files.values(), key=lambda m: (m.millions, m.multilingual, m.name)).name
        if name in files:
            engine = "whisper.cpp" if self._settings.engine == ENGINES[0] else self._settings.engine
            return self._remembered(name, engine, partial(self._whisper, files[name]), _languages(files[name]))
        if name in ("", sphinx.NAME):
            if sphinx.is_installed():
                return self._remembered(sphinx.NAME, sphinx.NAME, sphinx.Sphinx, frozenset({"en"}))
            raise needs_model("nothing here can transcribe")
        known = ", ".join((*files, sphinx.NAME))
        raise ApiError(404, f"There is no such model here (there: {known}).", code="model_not_found", param="model")

    async def tidy(self) -> None:
        """Unloads what was idle for long enough."""
        for ear in list(self._known.values()):
            await ear.unload(self._settings.idle_s)

    async def close(self) -> None:
        """Unloads everything."""
        for ear in self._known.values():
            await ear.unload(0)

    def _remembered(self, name: str, engine: str, make: Callable[[], Engine], languages: frozenset[str] | None) -> Ear:
        return self._known.setdefault(name, Ear(name, engine, make, self._settings.waiting, languages))

    def _whisper(self, model: WhisperFile) -> Engine:
        try:
            if self._settings.engine == "whisper-cpp-python":
                from services.audio.whisper_cpp_python import WhisperCppPython

                return WhisperCppPython(model.path, self._settings.threads)
            from services.audio.whisper import Whisper

            return Whisper(model.path, self._settings.threads)
        except ImportError as error:
            raise ApiError(
                503,
                f"The engine {self._settings.engine} is not installed: install it, or unset SIGNALBOX_AUDIO_ENGINE and "
                "restart; services/audio/README.md says how.",
                code="engine_not_installed",
            ) from error
        except (RuntimeError, OSError) as error:
            raise ApiError(
                503,
                f"{model.path.name} cannot be loaded: remove it, or copy it again; `signalbox doctor` says more.",
                code="model_not_loaded",
            ) from error


def needs_model(why: str) -> ApiError:
    """503, with the command that helps."""
    return ApiError(503, f"{why[0].upper()}{why[1:]}: {PULL}", code="no_capable_deployment", param="model")


def _languages(model: WhisperFile) -> frozenset[str] | None:
    return None if model.multilingual else frozenset({"en"})
