"""Starts the real gateway server on a rendered YAML, as a subprocess on a free port.

Knows: the server's command line, its readiness URL, how to end it by pid. Does not know: what the YAML says.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

MASTER_KEY = "sk-signalbox-test-master-0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running gateway. ``log``: everything that it printed."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    state: Path

    @property
    def headers(self) -> dict[str, str]:
        """Authorization of the administrator."""
        return {"Authorization": f"Bearer {MASTER_KEY}"}

    def client(self, timeout: float = 60.0) -> httpx.Client:
        """An HTTP client that sends the administrator's key."""
        return httpx.Client(base_url=self.url, headers=self.headers, timeout=timeout, trust_env=False)

    def all_logs(self) -> bytes:
        """The bytes of every file that the gateway wrote: its output and all under its state directory."""
        files = [self.log, *(p for p in self.state.rglob("*") if p.is_file())]
        return b"".join(p.read_bytes() for p in files)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    argv: list[str], url: str, log: Path, state: Path, env: Mapping[str, str], boot_s: float = 120.0
) -> Iterator[Proxy]:
    """Runs ``argv`` until ``/health/readiness`` answers 200; ends it by pid. Raises RuntimeError with the log's
    tail."""
    with log.open("wb") as sink:
        process = subprocess.Popen(argv, stdout=sink, stderr=subprocess.STDOUT, env=dict(env), cwd=Path.cwd())
        try:
            _wait_ready(process, url, log, boot_s)
            yield Proxy(url, process, log, state)
        finally:
            _end(process)


@contextmanager
def gateway(config: Path, tmp: Path, *, workers: int = 1, env: Mapping[str, str] | None = None) -> Iterator[Proxy]:
    """The gateway server on ``config``. State and log lie under ``tmp``."""
    state, port = tmp / "state", free_port()
    state.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "plugins.litellm_adapter.server", "--config", str(config), "--host", "127.0.0.1"]
    argv += ["--port", str(port), "--workers", str(workers), "--state", str(state)]
    with running(argv, f"http://127.0.0.1:{port}", tmp / "gateway.log", state, base_env(env)) as proxy:
        yield proxy


def base_env(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without proxies, provider keys or a database; with the test master key."""
    drop = ("proxy", "api_key", "database_url", "signalbox_", "litellm_")
    kept = {k: v for k, v in os.environ.items() if not any(d in k.lower() for d in drop)}
    return {**kept, "LITELLM_MASTER_KEY": MASTER_KEY, "PYTHONUNBUFFERED": "1", **(extra or {})}


def _wait_ready(process: subprocess.Popen[bytes], url: str, log: Path, boot_s: float) -> None:
    end = time.monotonic() + boot_s
    while True:
        if process.poll() is not None:
            raise RuntimeError(
                f"the gateway ended with {process.returncode}:\n{log.read_text(errors='replace')[-4000:]}"
            )
        try:
            if httpx.get(f"{url}/health/readiness", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if time.monotonic() > end:
            raise RuntimeError(f"not ready in {boot_s} s:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.2)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
