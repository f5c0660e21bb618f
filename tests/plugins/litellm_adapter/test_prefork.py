"""Workers as forks of one process, with a small application in LiteLLM's place: who ends with whom."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from plugins.litellm_adapter.prefork import listen
from tests.support.proxy import free_port

LAUNCH = Path(__file__).parents[3] / "services" / "supervisor" / "launch.py"
BASE = """
import sys
from plugins.litellm_adapter import prefork, server
server.APP, prefork.MODULES = sys.argv.pop(1), ()
sys.exit(prefork.main())
"""
PLAIN_APP = "tests.plugins.litellm_adapter.plain_app:create_app"
PLAIN = f"""
import sys
from plugins.litellm_adapter import server
server.APP = {PLAIN_APP!r}
sys.exit(server.main())
"""


def until(condition: Callable[[], object], bound_s: float = 60.0) -> None:
    deadline = time.monotonic() + bound_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Box:
    """A process to fork, and launchers that ask it for workers on one port."""

    def __init__(self, folder: Path, code: str = BASE, workers: int = 2) -> None:
        self.folder, self.port = folder, free_port()
        (folder / "c.yaml").write_text("gateway: {}\n")
        self.arguments = ["--config", str(folder / "c.yaml"), "--port", str(self.port), "--of", str(workers)]
        self.socket = folder / ("a-folder-with-a-long-name-" * 4) / "base.sock"
        self.socket.parent.mkdir()
        self.started: list[subprocess.Popen[bytes]] = []
        self.base = self.start("base", [sys.executable, "-c", code, PLAIN_APP, str(self.socket), *self.arguments])

    def start(self, name: str, argv: list[str]) -> subprocess.Popen[bytes]:
        """Starts one and waits until it said that it is ready."""
        ready = self.folder / f"{name}.ready"
        ready.unlink(missing_ok=True)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                argv, env={**os.environ, "SIGNALBOX_READY_FILE": str(ready)}, stdout=log, stderr=log
            )
        self.started.append(process)
        until(lambda: ready.exists() or process.poll() is not None)
        assert json.loads(ready.read_text())["pid"] == process.pid, "the supervisor knows this one"
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", PLAIN, *self.arguments]
        return self.start("worker", [sys.executable, "-S", "-E", str(LAUNCH), str(self.socket), *command])

    def served_by(self) -> int:
        return int(httpx.get(f"http://127.0.0.1:{self.port}/", trust_env=False, timeout=30).text)

    def close(self) -> None:
        for process in self.started:
            process.kill()
            process.wait(10)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    made = Box(tmp_path)
    yield made
    made.close()


def test_a_worker_is_a_fork_that_ends_as_its_launcher_says(box: Box) -> None:
    launcher = box.worker()
    pid = box.served_by()
    assert psutil.Process(pid).ppid() == box.base.pid
    launcher.terminate()
    assert launcher.wait(30) == -signal.SIGTERM, "uvicorn shuts down in order, and then ends by the signal it was sent"
    assert not psutil.pid_exists(pid)


def test_a_killed_worker_is_told_and_another_is_made(box: Box) -> None:
    launcher = box.worker()
    first = box.served_by()
    os.kill(first, signal.SIGKILL)
    assert launcher.wait(30) == -signal.SIGKILL
    again = box.worker()
    assert box.served_by() != first
    assert again.poll() is None


def test_a_worker_stays_without_its_parent_and_not_without_its_launcher(box: Box) -> None:
    launcher = box.worker()
    pid = box.served_by()
    box.base.kill()
    box.base.wait(10)
    assert box.served_by() == pid
    launcher.kill()
    launcher.wait(10)
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_who_connects_while_a_lone_worker_is_away_waits_for_the_next(tmp_path: Path) -> None:
    box = Box(tmp_path, workers=1)
    try:
        launcher = box.worker()
        first = box.served_by()
        os.kill(first, signal.SIGKILL)
        launcher.wait(30)
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(box.served_by) for _ in range(4)]
            box.worker()
            served = {one.result(30) for one in asked}
        assert first not in served
        assert len(served) == 1
    finally:
        box.close()


def test_what_nobody_understands_makes_no_worker(box: Box) -> None:
    here = Path.cwd()
    for text in (b"{", b'{"argv": [], "env": {}, "pid": 1}'):
        with socket.socket(socket.AF_UNIX) as client:
            os.chdir(box.socket.parent)
            client.connect(box.socket.name)
            os.chdir(here)
            client.sendall(text)
            assert "refused" in json.loads(client.makefile("rb").readline())
    box.worker()
    assert box.served_by()


def test_the_socket_is_private(tmp_path: Path) -> None:
    with listen(tmp_path / "x.sock"):
        assert (tmp_path / "x.sock").stat().st_mode & 0o777 == 0o600
    listen(tmp_path / "x.sock").close()


def test_a_process_with_threads_is_not_forked(tmp_path: Path) -> None:
    threads = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    box = Box(tmp_path, threads + BASE)
    try:
        launcher = box.worker()
        assert box.served_by() == launcher.pid, "it has become the worker, started from nothing"
    finally:
        box.close()
