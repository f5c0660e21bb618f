"""A model's process as seen from the service: start, address, end.

Knows: the runner's command line and its one line of output. Does not know: when to start or stop it (``pool``).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import secrets
import sys
from collections import deque

from services.llm.library import ModelFile
from services.llm.settings import LlmSettings, served_context

_STOP_S = 3.0
_LOG_HEAD = re.compile(r"^[\d.]+ [A-Z] +")


class LoadError(RuntimeError):
    """The model cannot be loaded. The message names the file and llama.cpp's reason."""


class ModelProcess:
    """One loaded model. ``users``: requests that hold it now; it is stopped only at 0, or if it died."""

    def __init__(self, model: ModelFile, settings: LlmSettings) -> None:
        self.model = model
        self.key = secrets.token_urlsafe(24)
        self.address = ""
        self.users = 0
        self._settings = settings
        self._child: asyncio.subprocess.Process | None = None
        self._tail: deque[str] = deque(maxlen=40)
        self._reader: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether it is loaded and its process lives."""
        return bool(self.address) and self._child is not None and self._child.returncode is None

    @property
    def pid(self) -> int | None:
        """Its process id while it lives."""
        return self._child.pid if self._child is not None and self._child.returncode is None else None

    def discard(self) -> None:
        """It cannot be reached: never again count it as running."""
        self.address = ""

    async def start(self) -> None:
        """Load the model. Returns when it can serve; raises LoadError, and leaves no process behind."""
        try:
            self._child = await asyncio.create_subprocess_exec(
                *self._command(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, "SIGNALBOX_RUNNER_KEY": self.key},
                start_new_session=True,  # a Ctrl-C in the terminal is for the service; its end ends this
            )
            self._reader = asyncio.create_task(self._read_errors(self._child))
            async with asyncio.timeout(self._settings.load_timeout_s):
                assert self._child.stdout is not None
                line = await self._child.stdout.readline()
            if not line:
                await self._reader
                raise LoadError(f"{self.model.path.name} cannot be loaded: {self._reason()}")
            self.address = str(json.loads(line)["address"])
        except TimeoutError:
            await self.stop()
            raise LoadError(
                f"{self.model.path.name} was not loaded within {self._settings.load_timeout_s:g} s"
                " (SIGNALBOX_LLM_LOAD_TIMEOUT_S)"
            ) from None
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the process: ask by closing its input, then kill."""
        child = self._child
        if child is not None:
            if child.stdin is not None:
                child.stdin.close()
            try:
                async with asyncio.timeout(_STOP_S):
                    await child.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        if self._reader is not None:
            await self._reader

    def _command(self) -> list[str]:
        assert self.model.header is not None
        settings = self._settings
        options = {
            "name": self.model.name,
            "context": served_context(self.model.header.context_length, settings.context),
            "parallel": settings.parallel,
            "choices": settings.choices,
            "threads": settings.threads,
        }
        command = [sys.executable, "-m", "services.llm.runner", str(self.model.path)]
        command += [f"--{option}={value}" for option, value in options.items()]
        return [*command, "--embedding"] if self.model.header.kind == "embedding" else command

    async def _read_errors(self, child: asyncio.subprocess.Process) -> None:
        assert child.stderr is not None
        with contextlib.suppress(ValueError):  # a line longer than the reader's limit: not one of ours
            async for line in child.stderr:
                self._tail.append(line.decode("utf-8", "replace").strip())

    def _reason(self) -> str:
        """The most telling of the last lines: llama.cpp says the cause first and then everything that follows from
        it."""
        lines = [_LOG_HEAD.sub("", line) for line in self._tail if line]
        for mark in ("error loading model:", "error:", "failed"):
            told = next((line for line in lines if mark in line), None)
            if told:
                return told.split("error loading model:")[-1].strip()
        return lines[-1] if lines else "its process ended without a word (out of memory?)"
