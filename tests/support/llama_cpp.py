"""A real llama.cpp server on loopback, in its own process, for one GGUF file.

Knows: how to start the llama.cpp that the product embeds. Does not know: the gateway.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.proxy import free_port


@dataclass(frozen=True, slots=True)
class LlamaCpp:
    """Where it listens: a base URL without ``/v1``."""

    url: str


_PROGRAM = """
import signal, sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.port = sys.argv[1], int(sys.argv[2])
params.n_ctx, params.n_parallel, params.cpuparams.n_threads, params.warmup = 32768, 2, 1, False
params.hostnames = ["127.0.0.1"]
server = xllamacpp.Server(params)
signal.sigwait([signal.SIGTERM, signal.SIGINT])
"""


@contextmanager
def llama_cpp(gguf: Path, boot_s: float = 60.0) -> Iterator[LlamaCpp]:
    """Serves ``gguf`` until the block ends. Raises RuntimeError where it does not start in ``boot_s`` seconds."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(gguf), str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url, end = f"http://127.0.0.1:{port}", time.monotonic() + boot_s
    try:
        while True:
            try:
                if httpx.get(f"{url}/health", timeout=2, trust_env=False).status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("llama.cpp did not start")
            time.sleep(0.05)
        yield LlamaCpp(url)
    finally:
        process.kill()
        process.wait(10)
