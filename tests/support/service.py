"""One service in its own process, as the supervisor starts it.

Knows: how to start a module and to read where it listens. Does not know: what it serves.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Service:
    """``log``: what it wrote to standard error, whole once the block has ended; ``code``: how it ended."""

    url: str = ""
    log: str = ""
    code: int | None = field(default=None)


@contextmanager
def service(module: str, *arguments: str, **environ: str) -> Iterator[Service]:
    """Runs it until the block ends. It inherits nothing of Signalbox's own variables but ``environ``.

    Raises AssertionError with its log where it ends before it listens; pytest's timeout bounds a hang.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], env={**inherited(os.environ), **environ}, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    running = Service()
    try:
        assert process.stderr is not None
        for line in process.stderr:
            running.log += line
            if found := re.search(r"listening on (\S+)", line):
                running.url = found[1]
                break
        assert running.url, running.log
        yield running
    finally:
        process.terminate()
        running.log += process.communicate(timeout=30)[1]
        running.code = process.returncode


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Without what Signalbox reads."""
    return {k: v for k, v in environ.items() if not k.startswith("SIGNALBOX_")}
