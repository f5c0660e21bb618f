"""Runs each job in a process of its own, watches its time, and goes on behind a page that kills it.

Knows: processes, pipes, deadlines. Does not know: formats or HTTP. Processes are forked from a clean one that has the
readers imported (multiprocessing's fork server): a job starts in milliseconds and inherits nothing of this service.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import signal
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from services.common.errors import ApiError
from services.documents.pages import page, parse_pages
from services.documents.problems import DocumentProblem, told_back
from services.documents.settings import Limits
from services.documents.worker import Job, Message, work

MAX_MESSAGE = 256 * 2**20
MAX_WAITING = 100
MAX_BAD_PAGES = 3
"""Pages of one document that may kill their process; with one more the document is given up."""

_MEMORY_SIGNALS = frozenset({signal.SIGKILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGBUS})
"""How a process ends that is refused memory in native code."""


@dataclass(slots=True)
class _Run:
    """One job's process, for whoever wants to end it."""

    process: Any = None
    over: bool = False
    told: set[int] = field(default_factory=set)

    def stop(self) -> None:
        self.over = True
        if self.process is not None:
            self.process.kill()


class Jobs:
    """``limits.workers`` jobs run at once; others wait."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["services.documents.preloaded"])
        self._slots = asyncio.Semaphore(limits.workers)
        self._waiting = 0

    async def stream(self, job: Job) -> AsyncIterator[Message]:
        """The job's messages (see ``worker.messages``) as they come. Raises DocumentProblem; ApiError(503) where too
        many wait. Closing it ends the process."""
        if self._waiting >= MAX_WAITING:
            raise ApiError(
                503, "Too many documents wait to be read: try again.", code="overloaded", headers={"Retry-After": "5"}
            )
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        run = _Run()
        messages = self._messages(job, run)
        try:
            while (message := await asyncio.to_thread(next, messages, None)) is not None:
                yield message
        finally:
            run.stop()
            self._slots.release()

    def _messages(self, job: Job, run: _Run) -> Iterator[Message]:
        """Raises DocumentProblem."""
        deadline = time.monotonic() + self.limits.timeout_s
        count: int | None = None
        bad = 0
        while True:
            try:
                for message in self._attempt(replace(job, skip=frozenset(run.told)), deadline, run):
                    if "head" in message:
                        if count is not None:
                            continue
                        count = int(message["head"]["pages"])
                    number = _number(message)
                    if number is not None:
                        run.told.add(number)
                    yield message
                return
            except DocumentProblem as problem:
                page_alone = problem.code in ("too_slow", "too_large", "unreadable") and count is not None
                left = _left(job, count or 0, run.told)
                bad += 1
                if run.over or not page_alone or not left or bad > MAX_BAD_PAGES or time.monotonic() >= deadline:
                    raise
                run.told.add(left[0])
                if job.render is None:
                    yield {"page": page(left[0], [], problem=problem.code)}

    def _attempt(self, job: Job, deadline: float, run: _Run) -> Iterator[Message]:
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=work, args=(sender, job, self.limits), daemon=True)
        process.start()
        sender.close()
        run.process = process
        try:
            while not run.over:
                wait = min(self.limits.page_timeout_s, deadline - time.monotonic())
                if not receiver.poll(max(0.0, wait)):
                    raise DocumentProblem("too_slow", seconds=self.limits.page_timeout_s if wait > 0 else wait)
                message = self._received(receiver, process)
                if message.get("done"):
                    return
                if "problem" in message:
                    raise told_back(message["problem"])
                yield message
        finally:
            process.kill()
            process.join()
            run.process = None
            receiver.close()
            process.close()

    def _received(self, receiver: Any, process: Any) -> Message:
        try:
            message = json.loads(receiver.recv_bytes(MAX_MESSAGE))
            if not isinstance(message, dict):
                raise DocumentProblem("unreadable")
            if "image" in message:
                message["picture"] = receiver.recv_bytes(MAX_MESSAGE)
            return message
        except (EOFError, OSError, ValueError):
            process.join(5)
            number = -(process.exitcode or 0)
            if number in _MEMORY_SIGNALS:
                raise DocumentProblem("too_large", most=f"{self.limits.memory_mb} MiB of memory") from None
            raise DocumentProblem("unreadable") from None


def _number(message: Message) -> int | None:
    if "page" in message:
        return int(message["page"]["number"])
    return int(message["image"]) if "image" in message else None


def _left(job: Job, count: int, told: set[int]) -> list[int]:
    try:
        return [n for n in parse_pages(job.pages, count) if n not in told]
    except ValueError:
        return []
