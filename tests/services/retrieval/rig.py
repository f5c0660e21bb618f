"""The real services that take files in, as processes on a state directory of their own: Redis, documents, retrieval,
worker.

Knows: their commands and environments. Does not know: the gateway; whoever uses this says who asks.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from services.database.paths import StatePaths
from services.database.redis import Redis
from services.retrieval.owner import Owner
from tests.support.proxy import free_port

KEY = "internal"
ME = Owner("key-1", "team-1")
SECONDS = 90.0


def until(what: str, condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Until the condition is truthy. Fails naming ``what``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.05)


class Rig:
    """``start`` and ``kill`` name a process: documents, retrieval or worker."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.redis = Redis(StatePaths.of(state))
        self.ports = {"documents": free_port(), "retrieval": free_port()}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.http = httpx.Client(headers={"authorization": f"Bearer {KEY}"}, timeout=60, trust_env=False)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def start(self, name: str) -> None:
        """Starts it and returns at once."""
        module = "services.retrieval.worker" if name == "worker" else f"services.{name}"
        port = ["--port", str(self.ports[name])] if name in self.ports else []
        environ = {k: v for k, v in os.environ.items() if not k.startswith("SIGNALBOX_")}
        environ |= {
            "SIGNALBOX_INTERNAL_KEY": KEY,
            "SIGNALBOX_STATE": str(self.state),
            "SIGNALBOX_RETRIEVAL_REDIS": self.redis.url,
            "SIGNALBOX_RETRIEVAL_URL": self.url("retrieval"),
            "SIGNALBOX_DOCUMENTS_URL": self.url("documents"),
        }
        with (self.state / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", module, "--state", str(self.state), *port], env=environ, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """kill -9."""
        process = self.running.pop(name)
        process.kill()
        process.wait(30)

    def ready(self) -> None:
        """Waits until all that run can serve."""
        for name in self.ports:
            until(f"{name} to be ready\n{self.log(name)}", lambda name=name: self._answers(name))  # type: ignore[misc]

    def log(self, name: str) -> str:
        return (self.state / f"{name}.log").read_text("utf-8", "replace")[-3000:]

    def _answers(self, name: str) -> bool:
        try:
            return self.http.get(f"{self.url(name)}/health/readiness").status_code == 200
        except httpx.HTTPError:
            return False

    def upload(self, name: str, content: bytes | str, owner: Owner = ME, data_class: str = "internal") -> str:
        """A stored file's id."""
        data = content.encode() if isinstance(content, str) else content
        headers = {**owner.headers(), "x-filename": name, "x-signalbox-data-class": data_class}
        answer = self.http.post(f"{self.url('documents')}/files?purpose=assistants", content=data, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def ask(self, method: str, path: str, body: Any = None, owner: Owner = ME) -> httpx.Response:
        """A request to the retrieval service, under ``/v1/vector_stores``."""
        address = f"{self.url('retrieval')}/v1/vector_stores{path}"
        return self.http.request(method, address, json=body, headers=owner.headers())

    def store(self, files: Sequence[str] = (), owner: Owner = ME, **body: Any) -> str:
        """A new store's id."""
        answer = self.ask("POST", "", {"file_ids": list(files), **body}, owner)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def taken_in(self, store: str) -> dict[str, int]:
        """Waits until no file is in progress; the counts."""
        until(
            f"{store} to be complete\n{self.log('worker')}",
            lambda: self.ask("GET", f"/{store}").json()["file_counts"]["in_progress"] == 0,
        )
        return dict(self.ask("GET", f"/{store}").json()["file_counts"])

    def search(self, store: str, query: str, owner: Owner = ME, **body: Any) -> list[dict[str, Any]]:
        answer = self.ask("POST", f"/{store}/search", {"query": query, **body}, owner)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["data"])

    def end(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(15)
        self.redis.stop()
        self.http.close()


@contextmanager
def running_rig(state: Path) -> Iterator[Rig]:
    """All of it, ready; ended afterwards."""
    for folder in ("run", "secrets", "log"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    rig = Rig(state)
    try:
        rig.redis.launch()
        rig.redis.wait_ready()
        for name in ("documents", "retrieval", "worker"):
            rig.start(name)
        rig.ready()
        yield rig
    finally:
        rig.end()
