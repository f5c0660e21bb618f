"""All the parts of one run together: started where their needs allow, told about in ``parts.json``, ended in order.

Knows: dependencies, the file's shape. Does not know: which parts, what a person is shown.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

from services.supervisor.lock import runs_since
from services.supervisor.log_file import LogFile
from services.supervisor.process import Backoff, Child, Part, Probe
from services.supervisor.state import State, read_json, write_atomic

_TOLD = {"waiting": "starting", "stopped": "failed"}
_LEFTOVER_S = 15.0


class Fleet:
    """Children by name, in the order given."""

    def __init__(
        self,
        parts: Iterable[Part],
        state: State,
        *,
        secrets: Iterable[str],
        probe: Probe,
        say: Callable[[str], None],
        backoff: Backoff | None = None,
    ) -> None:
        hidden = tuple(secrets)
        self._state = state
        self._say = say
        self._starters: list[asyncio.Task[None]] = []
        self.children: dict[str, Child] = {
            part.name: Child(
                part,
                LogFile(state.log / f"{part.name}.log", secrets=hidden),
                probe=probe,
                say=say,
                changed=self._write,
                backoff=backoff,
            )
            for part in parts
        }

    def start(self) -> None:
        """Starts every part, those with needs as soon as these are ready."""
        self._write()
        for child in self.children.values():
            if child.part.needs:
                self._starters.append(asyncio.create_task(self._start_after(child)))
            else:
                child.start()

    async def ready(self, told: Callable[[Child], None]) -> Child | None:
        """Waits until all are ready; the first that failed, else None. ``told`` gets each that became ready."""

        async def one(child: Child) -> tuple[Child, bool]:
            return child, await child.settled()

        tasks = [asyncio.create_task(one(child)) for child in self.children.values()]
        try:
            for done in asyncio.as_completed(tasks):
                child, ok = await done
                if not ok:
                    return child
                told(child)
        finally:
            for task in tasks:
                task.cancel()
        return None

    def unready(self) -> tuple[str, ...]:
        """Names of the parts that are waited for."""
        return tuple(name for name, child in self.children.items() if child.ready_after is None)

    async def stop(self) -> None:
        """Ends all parts, stage by stage; returns when every one is gone."""
        for task in self._starters:
            task.cancel()
        for stage in sorted({child.part.stage for child in self.children.values()}):
            await asyncio.gather(*(c.stop() for c in self.children.values() if c.part.stage == stage))
        self._state.parts.unlink(missing_ok=True)

    def kill(self) -> None:
        """Ends all parts at once."""
        for child in self.children.values():
            child.kill()

    async def _start_after(self, child: Child) -> None:
        for name in child.part.needs:
            if name in self.children and not await self.children[name].settled():
                return
        child.start()

    def _write(self) -> None:
        told = [_told(child) for child in self.children.values()]
        # Whoever asks all parts whether they are ready needs a URL for each; the others answer for themselves.
        asked = [one for one in told if one["readiness"]]
        others = [one for one in told if not one["readiness"]]
        try:
            write_atomic(self._state.parts, json.dumps({"parts": asked, "others": others}, indent=1))
        except OSError as error:  # a full disk must not end the watching
            self._say(f"{self._state.parts} cannot be written: {error.strerror or error}")


async def end_leftovers(path: Path, say: Callable[[str], None], bound_s: float = _LEFTOVER_S) -> None:
    """Waits for the parts of a run whose supervisor was killed, and ends by their ids those that stay.

    Only to be called by who owns the state directory.
    """
    said = read_json(path)
    old = [entry for entry in told_parts(said) if _runs(entry)]
    if old:
        say(f"waiting for parts of an earlier run to end: {', '.join(str(e.get('name')) for e in old)}")
    for _ in range(int(bound_s / 0.1)):
        old = [e for e in old if _runs(e)]
        if not old:
            return
        await asyncio.sleep(0.1)
    for entry in old:
        try:
            os.killpg(int(entry["pid"]), signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def told_parts(said: Any) -> list[dict[str, Any]]:
    """The entries of ``parts.json`` as read, those without a URL too; empty for anything else."""
    if not isinstance(said, dict):
        return []
    lists = [said.get(key) for key in ("parts", "others")]
    return [entry for found in lists if isinstance(found, list) for entry in found if isinstance(entry, dict)]


def _runs(entry: Mapping[str, Any]) -> bool:
    pid, started = entry.get("pid"), entry.get("started")
    return isinstance(pid, int) and isinstance(started, int | float) and runs_since(pid, float(started))


def _told(child: Child) -> dict[str, Any]:
    return {
        "name": child.part.name,
        "readiness": child.part.readiness,
        "state": _TOLD.get(child.state, child.state),
        "pid": child.pid,
        "started": _started(child.pid),
        "restarts": child.restarts,
    }


def _started(pid: int | None) -> float | None:
    try:
        return psutil.Process(pid).create_time() if pid is not None else None
    except psutil.Error:
        return None
