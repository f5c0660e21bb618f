"""Tiny real parts for the supervisor's tests.

Knows: how a part is made of one line of Python. Does not know: what is tested.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.supervisor.log_file import LogFile
from services.supervisor.process import Backoff, Child, Part

BOUND_S = 30.0
QUICK = Backoff(first=0.02, most=0.08, reset_after=60.0, attempts=3)
SLEEPS = "import time; print('up', flush=True); time.sleep(300)"


def python_part(name: str, code: str, **options: Any) -> Part:
    """A part that runs ``code`` with this interpreter, without site packages, so that it starts in milliseconds."""
    options.setdefault("stop_s", 5.0)
    return Part(name=name, command=(sys.executable, "-S", "-E", "-c", code), env=dict(os.environ), **options)


def child_of(part: Part, folder: Path, **options: Any) -> tuple[Child, list[str]]:
    """A child that logs into ``folder``, and the lines that it says to people."""
    said: list[str] = []
    options.setdefault("probe", never)
    options.setdefault("backoff", QUICK)
    log = LogFile(folder / f"{part.name}.log")
    return Child(part, log, say=said.append, changed=options.pop("changed", lambda: None), **options), said


async def never(url: str) -> bool:
    """A probe for parts that have no URL."""
    raise AssertionError(f"{url} was asked")


async def until(condition: Callable[[], object], bound_s: float = BOUND_S) -> None:
    """Waits for a condition, at most ``bound_s``. Raises AssertionError after that."""
    deadline = time.monotonic() + bound_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.005)
