"""The wrapper: becomes its command, and dies with its parent."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

import services.supervisor.child as child

WRAPPER = child.__file__
BOUND_S = 20.0


def wrapped(parent: int, *command: str) -> list[str]:
    return [sys.executable, WRAPPER, str(parent), str(int(signal.SIGTERM)), *command]


def test_it_becomes_the_command(tmp_path: Path) -> None:
    import os

    done = subprocess.run(wrapped(os.getpid(), "sh", "-c", "echo $0 $1; exit 7", "a"), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (7, "a\n")


def test_a_command_that_is_not_there_is_127() -> None:
    import os

    done = subprocess.run(wrapped(os.getpid(), "/no/such/command"), capture_output=True, text=True)
    assert done.returncode == 127
    assert "cannot run /no/such/command" in done.stderr


def test_it_does_not_start_for_a_parent_that_is_gone() -> None:
    done = subprocess.run(wrapped(1, "echo", "ran"), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_command_ends_when_its_parent_is_killed() -> None:
    code = (
        "import os, subprocess, sys\n"
        f"c = subprocess.Popen([sys.executable, {WRAPPER!r}, str(os.getpid()), '15', 'sleep', '300'])\n"
        "print(c.pid, flush=True)\nc.wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        process = psutil.Process(int(parent.stdout.readline()))
        deadline = time.monotonic() + BOUND_S
        while process.cmdline()[:1] != ["sleep"] and time.monotonic() < deadline:
            time.sleep(0.01)
        parent.kill()
        gone, _ = psutil.wait_procs([process], timeout=BOUND_S)
    assert gone == [process]
