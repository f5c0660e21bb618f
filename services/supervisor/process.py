"""One part as a supervised process: started, logged, restarted, stopped.

Knows: process groups, signals, back-off, when a part counts as ready. Does not know: which parts there are, what a
person is shown.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from services.supervisor.log_file import LogFile
from services.supervisor.state import read_json

PartState = Literal["waiting", "starting", "ready", "restarting", "failed", "stopped"]

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST_LINE = 16_384
_POLL_S = 0.1
UNUSABLE = 2
"""Exit status of a part that cannot use what it was told: trying again would not help."""

_UNREADY_STOP_S = 3.0


@dataclass(frozen=True, slots=True)
class Part:
    """How one part is run. ``readiness`` is a URL that answers 200 when it can serve; ``ready_file`` is JSON that says
    ``{"state": "ready", "pid"}``; with both it is ready when both say so, with neither once it runs. ``needs``: parts
    that must be ready before it starts. ``ready_s``, ``stop_s``: seconds that a start and an orderly end may take.
    ``env`` is the whole environment. ``stage``: the end goes stage by stage, from 0."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    readiness: str | None = None
    ready_file: Path | None = None
    needs: tuple[str, ...] = ()
    ready_s: float = 120.0
    stop_s: float = 10.0
    stop_signal: signal.Signals = signal.SIGTERM
    stage: int = 1
    cwd: Path | None = None


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds before a restart: ``first``, doubled each time up to ``most``; ``first`` again after a part ran
    ``reset_after``. ``attempts``: starts that a part gets to become ready for the first time."""

    first: float = 0.5
    most: float = 30.0
    reset_after: float = 60.0
    attempts: int = 3


Probe = Callable[[str], Awaitable[bool]]
"""Whether the readiness URL answers 200."""


class Child:
    """A part that runs, or should. All methods belong to one event loop.

    ``say`` gets one line for people; ``changed`` is called after every change of state.
    """

    def __init__(
        self,
        part: Part,
        log: LogFile,
        *,
        probe: Probe,
        say: Callable[[str], None],
        changed: Callable[[], None],
        backoff: Backoff | None = None,
    ) -> None:
        self.part = part
        self.log = log
        self.state: PartState = "waiting"
        self.restarts = 0
        self.pid: int | None = None
        self.ready_after: float | None = None
        self._probe = probe
        self._say = say
        self._changed = changed
        self._backoff = backoff or Backoff()
        self._stopping = asyncio.Event()
        self._settled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to run the part; it is kept running until ``stop``."""
        self._task = asyncio.create_task(self._run(), name=f"part-{self.part.name}")

    async def settled(self) -> bool:
        """Waits until the part is ready for the first time (True), or has failed to become so (False)."""
        try:
            await asyncio.wait_for(self._settled.wait(), self.part.ready_s)
        except TimeoutError:
            self.log.write(f"signalbox: not ready after {self.part.ready_s:.0f} s")
            self._become("failed")
        return self.state not in ("failed", "stopped")

    async def stop(self) -> None:
        """Ends the part in order, or by force after ``stop_s``; returns when it is gone."""
        self._stopping.set()
        if self._task is not None:
            await self._task
        self._become("stopped")

    def kill(self) -> None:
        """Ends the part and its own children at once."""
        self._stopping.set()
        if self.pid is not None:
            _kill_group(self.pid)

    async def _run(self) -> None:
        delay = self._backoff.first
        while True:
            began = time.monotonic()
            code = await self._once(began)
            if self._stopping.is_set():
                return
            tries = self.restarts + 1
            if self.ready_after is None and (code == UNUSABLE or tries >= self._backoff.attempts):
                times = "" if tries == 1 else f" {tries} times"
                self._say(f"{self.part.name} {_ended(code)}{times} before it was ready")
                self._become("failed")
                return
            if time.monotonic() - began >= self._backoff.reset_after:
                delay = self._backoff.first
            self.restarts += 1
            self._become("restarting")
            self._say(f"{self.part.name} {_ended(code)}; it is started again in {delay:g} s (log: {self.log.path})")
            try:
                await asyncio.wait_for(self._stopping.wait(), delay)
                return
            except TimeoutError:
                delay = min(delay * 2, self._backoff.most)

    async def _once(self, began: float) -> int:
        """One life of the process; its exit status."""
        reader, writer = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *_wrapped(self.part),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writer,
                stderr=writer,
                env={**self.part.env},
                cwd=self.part.cwd,
                start_new_session=True,
            )
        except OSError as error:
            os.close(reader)
            self.log.write(f"signalbox: cannot start {self.part.command[0]}: {error}")
            return 127
        finally:
            os.close(writer)
        loop = asyncio.get_running_loop()
        pipe, lines = await loop.connect_read_pipe(lambda: _Lines(self.log), os.fdopen(reader, "rb", 0))
        self.pid = process.pid
        self._become("starting" if self.restarts == 0 else "restarting")
        ready = asyncio.create_task(self._watch_ready(began, process.pid))
        try:
            return await self._until_gone(process)
        finally:
            ready.cancel()
            _kill_group(process.pid)  # what it left behind would hold its port
            await lines.closed(1.0)
            pipe.close()
            self.pid = None

    async def _until_gone(self, process: asyncio.subprocess.Process) -> int:
        gone = asyncio.create_task(process.wait())
        asked = asyncio.create_task(self._stopping.wait())
        await asyncio.wait((gone, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if not gone.done():
            process.send_signal(self.part.stop_signal)
            # One that never was ready has nothing to finish, and may not listen to signals yet.
            bound = self.part.stop_s if self.ready_after is not None else min(self.part.stop_s, _UNREADY_STOP_S)
            await asyncio.wait((gone,), timeout=bound)
            if not gone.done():
                if self.ready_after is not None:
                    self._say(f"{self.part.name} did not end in {bound:g} s: killed")
                _kill_group(process.pid)
        return await gone

    async def _watch_ready(self, began: float, pid: int) -> None:
        while not await self._can_serve(pid):  # noqa: ASYNC110 - asks another process
            await asyncio.sleep(_POLL_S)
        again = self.ready_after is not None
        self.ready_after = time.monotonic() - began
        if again:
            self._say(f"{self.part.name} is back after {self.ready_after:.1f} s")
        self._become("ready")

    async def _can_serve(self, pid: int) -> bool:
        if self.part.ready_file is not None:
            said = read_json(self.part.ready_file)
            if not isinstance(said, dict) or said.get("state") != "ready" or said.get("pid") != pid:
                return False
        return self.part.readiness is None or await self._probe(self.part.readiness)

    def _become(self, state: PartState) -> None:
        if state == self.state and state != "restarting":
            return
        self.state = state
        if state in ("ready", "failed", "stopped"):
            self._settled.set()
        self._changed()


class _Lines(asyncio.Protocol):
    """Cuts what a process prints into lines for its log; an endless line is cut too."""

    def __init__(self, log: LogFile) -> None:
        self._log = log
        self._rest = b""
        self._end = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._log.write(line.decode("utf-8", "replace").rstrip("\r"))
        while len(self._rest) > _LONGEST_LINE:
            self._log.write(self._rest[:_LONGEST_LINE].decode("utf-8", "replace"))
            self._rest = self._rest[_LONGEST_LINE:]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if self._rest:
            self._log.write(self._rest.decode("utf-8", "replace"))
            self._rest = b""
        if not self._end.done():
            self._end.set_result(None)

    async def closed(self, bound_s: float) -> None:
        """Waits until everything was read, or ``bound_s`` passed."""
        await asyncio.wait((self._end,), timeout=bound_s)


def _wrapped(part: Part) -> list[str]:
    """The command behind ``child``, run as a file: a package's import would cost every start some milliseconds."""
    wrapper = str(_ROOT / "services" / "supervisor" / "child.py")
    return [sys.executable, "-S", "-E", wrapper, str(os.getpid()), str(int(part.stop_signal)), *part.command]


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _ended(code: int) -> str:
    if code < 0:
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"
    return f"ended with status {code}"
