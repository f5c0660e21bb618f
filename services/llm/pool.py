"""Which models are in memory, and who may use them now.

Knows: load on first use (once, however many ask), least recently used out when there is no room, out when idle, a
bounded queue for each model. Does not know: HTTP, llama.cpp.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from services.llm.library import Library, ModelFile, Stamp
from services.llm.process import LoadError, ModelProcess
from services.llm.settings import LlmSettings

_MEBIBYTE = 1 << 20
_OVERHEAD_MIB = 64
_RETRY_LOAD_S = 30.0


class BusyError(RuntimeError):
    """Too many requests. ``retry_after_s``: whole seconds until there should be room."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnknownModelError(LookupError):
    """No such model in the folder now. The message says which there are."""


class UnservableError(RuntimeError):
    """The file is there and cannot serve. The message names it and says why."""


@dataclass
class _Entry:
    """The live state of one model name. ``reserved_mib``: memory that it holds or is about to, 0 where not loaded.
    ``mean_s``: moving mean of how long a request holds a place."""

    gate: asyncio.Semaphore
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    process: ModelProcess | None = None
    loading: asyncio.Task[ModelProcess] | None = None
    reserved_mib: int = 0
    pending: int = 0
    last_used: float = 0.0
    mean_s: float = 1.0
    failed: tuple[Stamp, float, str] | None = None


class ModelPool:
    """Used from one event loop. ``clock``: monotonic seconds."""

    def __init__(
        self,
        library: Library,
        settings: LlmSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        make: Callable[[ModelFile, LlmSettings], ModelProcess] = ModelProcess,
    ) -> None:
        self.library = library
        self.settings = settings
        self._clock = clock
        self._make = make
        self._entries: dict[str, _Entry] = {}
        self._retired: set[ModelProcess] = set()
        self._room = asyncio.Lock()

    def find(self, name: str) -> ModelFile:
        """The model called ``name``. Raises UnknownModelError, UnservableError."""
        models = self.library.scan()
        model = models.get(name)
        if model is None:
            there = ", ".join(n for n, m in models.items() if m.servable) or "none"
            raise UnknownModelError(f'there is no model "{name}" in {self.library.folder} (there: {there})')
        if not model.servable:
            raise UnservableError(model.problem or f"{model.path.name} is not a language model of its own")
        return model

    @contextlib.asynccontextmanager
    async def lease(self, name: str, choices: int = 1) -> AsyncIterator[ModelProcess]:
        """Hold ``name`` for one request that wants ``choices`` answers. Raises UnknownModelError, UnservableError,
        BusyError, LoadError."""
        self.find(name)
        entry = self._entries.setdefault(name, _Entry(asyncio.Semaphore(self.settings.parallel)))
        if entry.pending >= self.settings.parallel + self.settings.waiting:
            queue = entry.mean_s * self.settings.waiting / self.settings.parallel
            raise BusyError(f'model "{name}" has {entry.pending} requests waiting', min(60, max(1, math.ceil(queue))))
        entry.pending += 1
        try:
            async with self._places(entry, min(choices, self.settings.parallel)):
                started = self._clock()
                process = await self._loaded(entry, name)
                process.users += 1
                try:
                    yield process
                finally:
                    process.users -= 1
                    entry.last_used = self._clock()
                    entry.mean_s += 0.2 * (entry.last_used - started - entry.mean_s)
                    await self._stop_retired()
        finally:
            entry.pending -= 1

    @contextlib.asynccontextmanager
    async def _places(self, entry: _Entry, n: int) -> AsyncIterator[None]:
        """Take ``n`` of the model's places, first come first served (taken one by one they could deadlock)."""
        taken = 0
        try:
            async with entry.turn:
                while taken < n:
                    await entry.gate.acquire()
                    taken += 1
            yield
        finally:
            for _ in range(taken):
                entry.gate.release()

    async def _loaded(self, entry: _Entry, name: str) -> ModelProcess:
        model = self.find(name)  # it may have changed while this request waited
        process = entry.process
        if process is not None and process.running and process.model.stamp == model.stamp:
            return process
        if entry.failed and entry.failed[0] == model.stamp and self._clock() < entry.failed[1]:
            raise LoadError(entry.failed[2])
        if entry.loading is None:
            entry.loading = asyncio.create_task(self._load(entry, model))
            entry.loading.add_done_callback(_seen)
        # Shielded: the first one who asked may go away, others still wait for the same load.
        return await asyncio.shield(entry.loading)

    async def _load(self, entry: _Entry, model: ModelFile) -> ModelProcess:
        if entry.process is not None:  # it died, or its file was replaced: requests at work may finish on it
            self._retired.add(entry.process)
            entry.process, entry.reserved_mib = None, 0
        try:
            await self._stop_retired()
            async with self._room:
                await self._make_room(entry, model)
                entry.reserved_mib = _mebibytes(model)
            process = self._make(model, self.settings)
            await process.start()
        except BaseException as error:
            entry.reserved_mib = 0
            if isinstance(error, LoadError):
                entry.failed = (model.stamp, self._clock() + _RETRY_LOAD_S, str(error))
            raise
        else:
            entry.process, entry.failed, entry.last_used = process, None, self._clock()
            return process
        finally:
            entry.loading = None

    async def _make_room(self, wanted: _Entry, model: ModelFile) -> None:
        """Unload what nobody uses, least recently used first, until ``model`` fits. Raises BusyError where all are in
        use.

        A model that is larger than the limit by itself is tried all the same, alone.
        """
        while True:
            others = [e for e in self._entries.values() if e is not wanted and e.reserved_mib]
            fits = sum(e.reserved_mib for e in others) + _mebibytes(model) <= self.settings.memory_mib
            if not others or (fits and len(others) < self.settings.max_loaded):
                return
            idle = [e for e in others if e.process is not None and e.pending == 0]
            if not idle:
                raise BusyError(f'no room to load "{model.name}": the models in memory are all working', 5)
            await self._unload(min(idle, key=lambda e: e.last_used))

    async def _unload(self, entry: _Entry) -> None:
        process, entry.process, entry.reserved_mib = entry.process, None, 0
        if process is not None:
            await process.stop()

    async def _stop_retired(self) -> None:
        for process in [p for p in self._retired if p.users == 0]:
            self._retired.discard(process)
            await process.stop()

    async def tidy(self) -> None:
        """Unload what was idle too long, what died, and what has lost its file. Call every few seconds."""
        models = self.library.scan()
        now, limit = self._clock(), self.settings.idle_s
        for name, entry in self._entries.items():
            process = entry.process
            if process is None or entry.pending:
                continue
            if (limit and now - entry.last_used >= limit) or not process.running or name not in models:
                await self._unload(entry)

    async def close(self) -> None:
        """Stop everything."""
        tasks = [e.loading for e in self._entries.values() if e.loading is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        processes = [e.process for e in self._entries.values() if e.process is not None]
        await asyncio.gather(*(p.stop() for p in [*processes, *self._retired]))

    def state(self) -> list[Mapping[str, object]]:
        """Every model of the folder: its state (unloaded, loading, loaded, failed), requests at work and waiting."""
        rows: list[Mapping[str, object]] = []
        for name, model in self.library.scan().items():
            entry = self._entries.get(name)
            process = entry.process if entry else None
            users = process.users if process else 0
            word = "loaded" if process and process.running else "loading" if entry and entry.loading else "unloaded"
            problem = model.problem
            if word == "unloaded" and entry and entry.failed and entry.failed[0] == model.stamp:
                problem = entry.failed[2]
            rows.append(
                {
                    "name": name,
                    "state": "failed" if problem else word,
                    "in_flight": users,
                    "waiting": (entry.pending - users) if entry else 0,
                    "size_mib": round(model.size_bytes / _MEBIBYTE, 1),
                    "pid": process.pid if process else None,
                    "problem": problem,
                }
            )
        return rows


def _seen(task: asyncio.Task[ModelProcess]) -> None:
    """Mark a failure as seen: the requests that waited for it may all be gone."""
    if not task.cancelled():
        task.exception()


def _mebibytes(model: ModelFile) -> int:
    """A rough need: the weights, a quarter more for caches and buffers, and the process itself."""
    return _OVERHEAD_MIB + int(model.size_bytes * 1.25) // _MEBIBYTE
