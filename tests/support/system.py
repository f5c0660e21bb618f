"""Boots the whole of Signalbox with ``signalbox up``, as a user does, on a free port.

Knows: the command, its readiness, how to end it by pid. Does not know: what the configuration says.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.support.proxy import free_port

BOOT_S = 150.0
STOP_S = 40.0
_ROOT = Path(__file__).parents[2]
_DROPPED = ("proxy", "api_key", "database_url", "redis_", "signalbox_", "litellm_")


@dataclass(frozen=True, slots=True)
class System:
    """A running ``up``. ``output``: everything that it printed."""

    url: str
    process: subprocess.Popen[bytes]
    state: Path
    output: Path
    config: Path

    @property
    def key(self) -> str:
        """The master key that it made."""
        return (self.state / "secrets" / "master.key").read_text("utf-8").strip()

    @property
    def headers(self) -> dict[str, str]:
        """Authorization of the administrator."""
        return {"Authorization": f"Bearer {self.key}"}

    def client(self, timeout: float = 60.0) -> httpx.Client:
        """An HTTP client that sends the administrator's key."""
        return httpx.Client(base_url=self.url, headers=self.headers, timeout=timeout, trust_env=False)

    def printed(self) -> str:
        """What ``up`` said so far."""
        return self.output.read_text("utf-8", "replace")

    def parts(self) -> dict[str, dict[str, Any]]:
        """The parts by name, as ``parts.json`` has them now; empty where it is not there."""
        try:
            said = json.loads((self.state / "run" / "parts.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {part["name"]: part for part in (*said["parts"], *said["others"])}

    def processes(self) -> list[psutil.Process]:
        """Everything that it started, directly or not."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def all_logs(self) -> bytes:
        """The bytes of everything that it printed and logged."""
        return b"".join(p.read_bytes() for p in (self.output, *sorted(self.state.glob("log/*"))))

    def wait_for(self, condition: Callable[[], object], what: str, bound_s: float = 60.0) -> None:
        """Waits for a condition. Raises AssertionError with the ends of all logs after ``bound_s``."""
        deadline = time.monotonic() + bound_s
        while not condition():
            assert time.monotonic() < deadline, f"waited {bound_s:.0f} s in vain for {what}\n{self.tails()}"
            time.sleep(0.05)

    def ready(self) -> bool:
        """Whether the gateway says that all parts can serve."""
        try:
            return httpx.get(f"{self.url}/health/readiness", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def tails(self, lines: int = 25) -> str:
        """The last lines of what was printed and of each log, for a failing test."""
        told = [
            f"--- {path.name}\n" + "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:])
            for path in (self.output, *sorted(self.state.glob("log/*.log")))
        ]
        return "\n".join(told)

    def stop(self, number: signal.Signals = signal.SIGTERM, bound_s: float = STOP_S) -> int:
        """Asks it to stop and waits; its exit status. What does not end in time is killed, and fails the test."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(bound_s)
        except subprocess.TimeoutExpired:
            self._kill()
            raise AssertionError(f"did not stop in {bound_s:.0f} s\n{self.tails()}") from None

    def _kill(self) -> None:
        for process in (*self.processes(), psutil.Process(self.process.pid)):
            process.kill()
        self.process.wait(10)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without proxies, provider keys, databases or settings of ours."""
    kept = {k: v for k, v in os.environ.items() if not any(word in k.lower() for word in _DROPPED)}
    # One worker, whatever machine the tests run on; a test that is about more says so.
    return {**kept, "PYTHONUNBUFFERED": "1", "SIGNALBOX_WORKERS": "1", **(extra or {})}


def command(*arguments: str) -> list[str]:
    """``signalbox ARGUMENTS`` with this interpreter."""
    return [sys.executable, "-c", "from services.cli.main import main; main()", *arguments]


def start(
    folder: Path, config: str, *, env: Mapping[str, str] | None = None, arguments: Sequence[str] = (), port: int = 0
) -> System:
    """Starts ``up`` in ``folder`` and returns at once. ``folder`` keeps its state, so it can be started there again."""
    folder.mkdir(parents=True, exist_ok=True)
    file, state, output = folder / "litellm_config.yaml", folder / "state", folder / "up.out"
    file.write_text(config, "utf-8")
    port = port or free_port()
    argv = command("up", "--config", str(file), "--state", str(state), "--port", str(port), *arguments)
    path = os.pathsep.join(p for p in (str(_ROOT), os.environ.get("PYTHONPATH", "")) if p)
    with output.open("wb") as sink:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=environment({"PYTHONPATH": path, **(env or {})}),
            cwd=folder,
        )
    return System(f"http://127.0.0.1:{port}", process, state, output, file)


@contextmanager
def running_system(
    folder: Path,
    config: str,
    *,
    env: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    boot_s: float = BOOT_S,
) -> Iterator[System]:
    """Signalbox, ready; stopped again in the end. Raises AssertionError with the logs' ends where it does not start."""
    system = start(folder, config, env=env, arguments=arguments)
    try:
        system.wait_for(lambda: system.process.poll() is not None or system.ready(), "a start", boot_s)
        assert system.process.poll() is None, f"ended with {system.process.returncode}\n{system.tails()}"
        yield system
    finally:
        system.stop()
