"""A running database part and engine processes, for tests."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from services.database.client import package_directory
from services.database.environment import database_url, gateway_environment
from services.database.migrate import libpq_url
from services.database.paths import StatePaths

SECONDS = 60.0


def wait_for(what: str, condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Until the condition is truthy. Fails the test, naming `what`, when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.02)


def own_environment() -> dict[str, str]:
    """This process's environment without anything that names another database."""
    left_out = ("DATABASE_", "REDIS_", "PRISMA_", "SIGNALBOX_", "LITELLM_", "UI_")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningPart:
    """`python -m services.database` on a state directory."""

    state: Path
    environment: dict[str, str] = field(default_factory=own_environment)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def paths(self) -> StatePaths:
        return StatePaths.of(self.state)

    @property
    def output(self) -> str:
        return (self.state / "part.log").read_text(encoding="utf-8")

    def start(self) -> "RunningPart":
        self.state.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "services.database", "--state", str(self.state), "--port", str(self.port)]
        with (self.state / "part.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        return self

    def until_ready(self) -> "RunningPart":
        wait_for("the database part is ready", self.is_ready)
        return self

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.output
        return self.reported().get("state") == "ready" and self.reported().get("pid") == self.process.pid

    def reported(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self.paths.ready_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return found

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def pid_of(self, server: str) -> int:
        file = {"postgres": self.paths.postgres_data / "postmaster.pid", "redis": self.paths.redis / "redis.pid"}[
            server
        ]
        return int(file.read_text(encoding="ascii").splitlines()[0])

    def connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(libpq_url(database_url(self.paths, self.environment)), autocommit=True)

    def gateway(self) -> dict[str, str]:
        return {**self.environment, **gateway_environment(self.state, self.environment)}


@dataclass
class RunningEngine:
    """One query engine, started as LiteLLM's client starts it, and asked over HTTP."""

    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> "RunningEngine":
        schema = {"PRISMA_DML_PATH": str(package_directory() / "schema.prisma")}
        command = [self.environment["PRISMA_QUERY_ENGINE_BINARY"], "-p", str(self.port), "--enable-raw-queries"]
        self.process = subprocess.Popen(command, env={**self.environment, **schema}, stderr=subprocess.PIPE)
        wait_for("the engine answers", self.answers)
        return self

    def answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            assert self.process.stderr is not None
            raise AssertionError(self.process.stderr.read().decode())
        try:
            return bool(httpx.get(f"{self.url}/status").json() == {"status": "ok"})
        except httpx.TransportError:
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(self, path: str, content: object, transaction: str | None = None) -> httpx.Response:
        headers = {"x-transaction-id": transaction} if transaction else {}
        return httpx.post(f"{self.url}{path}", json=content, headers=headers, timeout=30)

    def query(self, document: str, transaction: str | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self.post("/", {"query": document, "variables": {}}, transaction).json()
        return answer

    def raw(self, sql: str, *parameters: object, transaction: str | None = None) -> list[list[Any]]:
        """Rows of a raw query, as the engine sends them."""
        values = json.dumps(json.dumps(parameters))
        answer = self.query(
            f"mutation {{ result: queryRaw(query: {json.dumps(sql)}, parameters: {values}) }}", transaction
        )
        rows: list[list[Any]] = answer["data"]["result"]["rows"]
        return rows

    def error(self, document: str, transaction: str | None = None) -> tuple[str, str]:
        """Code and message of the error that a document must meet."""
        answer = self.query(document, transaction)
        facing = answer["errors"][0]["user_facing_error"]
        return facing["error_code"], facing["message"]

    def end(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(10)
        if self.process.stderr is not None:
            self.process.stderr.close()


def Json(value: Any) -> Any:  # noqa: N802  as the client's own, whose type refuses what it takes
    import prisma

    return prisma.Json(value)
