"""The processes that a bench run compares: a fast upstream, stock LiteLLM, and Signalbox with everything on.

Knows: how each is started, when it is ready and what memory it holds. Does not know: the load.
Every process is started here, listens on loopback and is ended by its own id.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil

KEY = "sk-bench-0123456789"  # a key for loopback only, thrown away with the run
_BOOT_SECONDS = 180.0
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Server:
    """A started process tree. ``boot_s``: seconds from start to ready."""

    name: str
    base_url: str
    process: subprocess.Popen[bytes]
    boot_s: float

    def memory_mb(self, part: str) -> float:
        """Resident megabytes of the largest process whose command line holds ``part``; 0.0 where there is none."""
        tree = [
            psutil.Process(self.process.pid),
            *psutil.Process(self.process.pid).children(recursive=True),
        ]
        sizes = [p.memory_info().rss / 2**20 for p in tree if part in " ".join(p.cmdline())]
        return max(sizes, default=0.0)

    def cpu_seconds(self, part: str) -> float:
        """User and system seconds used so far by all processes of the tree whose command line holds ``part``."""
        tree = [
            psutil.Process(self.process.pid),
            *psutil.Process(self.process.pid).children(recursive=True),
        ]
        used = [p.cpu_times() for p in tree if part in " ".join(p.cmdline())]
        return sum(t.user + t.system for t in used)


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _BOOT_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"ended with {process.returncode} while starting:\n{log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    raise RuntimeError(f"not ready after {_BOOT_SECONDS:.0f} s:\n{log.read_text()[-3000:]}")


@contextmanager
def started(
    name: str, command: list[str], ready_path: str, port: int, folder: Path, extra: Mapping[str, str]
) -> Iterator[Server]:
    """Start a command, wait until ``ready_path`` answers 200, end it by its id. RuntimeError carries the log's tail."""
    log = folder / f"{name}.log"
    begin = time.monotonic()
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, env={**os.environ, **extra}, cwd=folder)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_ready(process, base + ready_path, log)
        yield Server(name, base, process, time.monotonic() - begin)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def chat_models(upstream: str) -> list[dict[str, Any]]:
    """A model list of one deployment, answered by the upstream."""
    params = {"model": "openai/bench", "api_base": f"{upstream}/v1", "api_key": "none"}
    # `signalbox_tier` and not `tier`: LiteLLM refuses the latter, and both are to be started on the same list.
    info = {"location": "local", "signalbox_tier": "small", "modalities": ["text"], "context_window": 1_000_000}
    return [{"model_name": "bench", "litellm_params": params, "model_info": info}]


def upstream_server(folder: Path) -> AbstractContextManager[Server]:
    """Context manager of the upstream."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.upstream", "--port", str(port)]
    root = str(Path(__file__).resolve().parents[2])
    return started("upstream", command, "/", port, folder, {"PYTHONPATH": root})


def stock_server(
    folder: Path, models: Sequence[Mapping[str, Any]], extra: Mapping[str, str] = NOTHING
) -> AbstractContextManager[Server]:
    """Context manager of LiteLLM's proxy as its own documentation starts it: the same model list, no plugins."""
    port = free_port()
    config = folder / "stock.yaml"
    settings = {"use_chat_completions_url_for_anthropic_messages": True}  # the upstream only speaks chat
    general = {"master_key": KEY}
    config.write_text(json.dumps({"model_list": models, "general_settings": general, "litellm_settings": settings}))
    litellm = str(Path(sys.executable).with_name("litellm"))
    command = [litellm, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", **extra}
    return started("stock", command, "/health/readiness", port, folder, env)


def signalbox_server(
    folder: Path, models: Sequence[Mapping[str, Any]], workers: str = "1", extra: Mapping[str, str] = NOTHING
) -> AbstractContextManager[Server]:
    """Context manager of ``signalbox up`` with every part on, routing ``auto`` to the same upstream."""
    port = free_port()
    config = folder / "litellm_config.yaml"
    gateway = {"discovery": {"ollama": [], "vllm": [], "cloud": False, "models_dir": None}}
    config.write_text(json.dumps({"model_list": models, "gateway": gateway}))
    signalbox = str(Path(sys.executable).with_name("signalbox"))
    command = [
        signalbox,
        "up",
        "--config",
        str(config),
        "--port",
        str(port),
        "--state",
        str(folder / "state"),
        "--workers",
        workers,
    ]
    return started("signalbox", command, "/health/readiness", port, folder, {"SIGNALBOX_MASTER_KEY": KEY, **extra})
