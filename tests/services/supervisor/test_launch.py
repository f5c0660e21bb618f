"""The process that stands for a fork. Forks themselves: ``tests/plugins/litellm_adapter/test_prefork.py``."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from services.supervisor import launch

COMMAND = [sys.executable, "-m", "platform"]


def run(path: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-S", "-E", launch.__file__, str(path), *COMMAND, "--given"]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, env={**os.environ, **(env or {})})


def answering(path: Path, answer: Callable[[socket.socket], None]) -> list[dict[str, object]]:
    """Listens at ``path`` for one; what that asked for comes into the list."""
    asked: list[dict[str, object]] = []
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(1)

    def serve() -> None:
        with listener, listener.accept()[0] as owner:
            text, files, _, _ = socket.recv_fds(owner, 65_536, 2)
            asked.append({**json.loads(text), "files": len(files)})
            for file in files:
                os.close(file)
            answer(owner)

    threading.Thread(target=serve, daemon=True).start()
    return asked


def test_without_anybody_there_it_becomes_the_command(tmp_path: Path) -> None:
    done = run(tmp_path / "nobody.sock")
    assert done.returncode == 0
    assert "Linux" in done.stdout or "macOS" in done.stdout


def test_a_refusal_makes_it_the_command_too(tmp_path: Path) -> None:
    answering(tmp_path / "s", lambda owner: owner.sendall(b'{"refused": "3 threads run here"}\n'))
    assert run(tmp_path / "s").returncode == 0


@pytest.mark.parametrize(
    ("last", "status"), [(b'{"code": 3}\n', 3), (b'{"code": -9}\n', -signal.SIGKILL), (b"", 1), (b"{\n", 1)]
)
def test_it_ends_as_the_fork_did(last: bytes, status: int, tmp_path: Path) -> None:
    asked = answering(tmp_path / "s", lambda owner: owner.sendall(b'{"pid": 2147483646}\n' + last))
    done = run(tmp_path / "s", {"SIGNALBOX_READY_FILE": "/r", "SIGNALBOX_SECRET": "x"})
    assert done.returncode == status
    assert done.stdout == ""
    (one,) = asked
    assert (one["argv"], one["env"], one["files"]) == (["--given"], {"SIGNALBOX_READY_FILE": "/r"}, 2)
