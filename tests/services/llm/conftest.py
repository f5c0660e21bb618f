"""A real service on loopback over a folder of tiny models."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from tests.support.tiny_gguf import tiny_gguf, write_tiny_gguf

__all__ = ["tiny_gguf"]

T = TypeVar("T")

KEY = "internal-key-for-tests"


@dataclass(frozen=True)
class Service:
    url: str
    models: Path
    pid: int

    def client(self, timeout: float = 120) -> httpx.Client:
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=timeout, trust_env=False)


def start_service(models: Path, log: Path, **env: str) -> tuple[subprocess.Popen[bytes], Service]:
    """Start ``python -m services.llm`` and wait until it is ready."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.llm", "--models-dir", str(models)],
            env={**os.environ, "SIGNALBOX_INTERNAL_KEY": KEY, "SIGNALBOX_LLM_THREADS": "1", **env},
            stdout=out,
            stderr=out,
        )
    try:
        port = eventually(lambda: re.search(rb"listening on http://127\.0\.0\.1:(\d+)", log.read_bytes()), log)
        service = Service(f"http://127.0.0.1:{int(port[1])}", models, process.pid)
        with service.client() as client:
            eventually(lambda: answers(client), log)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process, service


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health/readiness").status_code == 200
    except httpx.TransportError:
        return False


def eventually(ask: Callable[[], T | None], log: Path | None = None, within_s: float = 60) -> T:
    """The first true answer of ``ask``, asked again until then; fails after ``within_s`` seconds."""
    end = time.monotonic() + within_s
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            pytest.fail(f"not within {within_s} s" + (f":\n{log.read_text()[-2000:]}" if log else ""))
        time.sleep(0.02)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    models = tmp_path_factory.mktemp("models")
    write_tiny_gguf(models / "tiny.gguf")
    write_tiny_gguf(models / "endless.gguf", endless=True, n_ctx_train=200_000, layers=8)
    write_tiny_gguf(models / "base.gguf", chat_template=None)
    write_tiny_gguf(models / "embed.gguf", pooling=1)
    log = tmp_path_factory.mktemp("log") / "llm.log"
    process, running = start_service(models, log, SIGNALBOX_LLM_CONTEXT="30000", SIGNALBOX_LLM_MAX_LOADED="4")
    yield running
    process.terminate()
    process.wait(60)
