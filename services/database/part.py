"""The database as one supervised part: starts everything in order, keeps it running, stops it.

Ready means: Postgres and Redis answer, every migration is applied, the Prisma client is made, the launcher is
written. `GET /health/readiness` and the file `run/database.json` say so while it is true. A server that dies is
started again; where one cannot be kept running the part ends, so that the supervisor's own rules apply.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import psycopg

from services.database.client import ensure_client
from services.database.environment import database_url, has_own_database, has_own_redis
from services.database.files import exclusive, write_atomic
from services.database.launcher import write_shims
from services.database.migrate import Outcome, migrate
from services.database.paths import StatePaths
from services.database.postgres import Postgres, PostgresError
from services.database.redis import Redis

T = TypeVar("T")
State = Literal["starting", "ready", "failed", "stopped"]

WATCH_SECONDS = 0.25
RESTARTS, WITHIN_SECONDS = 5, 60.0
"""Servers that die more often than this are given up."""


class GivenUpError(RuntimeError):
    """A server keeps dying."""


def say(text: str) -> None:
    """A line of the part's log; the supervisor keeps it."""
    print(f"database: {text}", flush=True)


@dataclass(slots=True)
class DatabasePart:
    """Everything of one state directory. `run` returns after `ask_to_stop`; both may be called from any thread."""

    paths: StatePaths
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    state: State = "starting"
    detail: str = "not started"
    servers: list[Postgres | Redis] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _deaths: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not has_own_database(self.environment):
            self.servers.append(Postgres(self.paths))
        if not has_own_redis(self.environment):
            self.servers.append(Redis(self.paths))

    def ask_to_stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Raises whatever prevents the start: each error's message says what to do.

        The calling thread must live as long as the servers should (see `owned.start`).
        """
        with exclusive(self.paths.run / "database.lock"):
            try:
                self._become("starting", "starting")
                self.start()
                self._become("ready")
                while not self._stopping.wait(WATCH_SECONDS):
                    self.keep_running()
                self._become("stopped", "asked to stop")
            except BaseException as error:
                self._become("failed", str(error))
                raise
            finally:
                self.stop()

    def start(self) -> None:
        """Servers first, both at once; what needs no server is done while they start."""
        begun = time.perf_counter()
        for server in self.servers:
            server.launch()
        self._step("query engine's launcher", lambda: write_shims(self.paths, self.environment))
        if self._step("Prisma client", ensure_client):
            say("the Prisma client was made for this installation")
        for server in self.servers:
            self._step(type(server).__name__, server.wait_ready)
        outcome = self._step("migrations", self._migrate)
        say(f"{len(outcome.applied)} migrations applied, {outcome.present} were there")
        say(f"ready in {time.perf_counter() - begun:.2f} s")

    def _migrate(self) -> Outcome:
        try:
            return migrate(database_url(self.paths, self.environment))
        except psycopg.OperationalError as error:
            named = "DATABASE_URL" if has_own_database(self.environment) else "this state directory"
            raise PostgresError(f"the database of {named} cannot be reached: {error}") from error

    def keep_running(self) -> None:
        """Starts a dead server again. Raises `GivenUpError` if that happens too often."""
        for server in self.servers:
            if server.process is None or server.process.poll() is None:
                continue
            name = type(server).__name__
            self._become("starting", f"{name} ended with {server.process.returncode}; starting it again")
            say(self.detail)
            self._deaths = [at for at in self._deaths if time.monotonic() - at < WITHIN_SECONDS]
            self._deaths.append(time.monotonic())
            if len(self._deaths) > RESTARTS:
                raise GivenUpError(
                    f"{name} ended more than {RESTARTS} times in {WITHIN_SECONDS:.0f} s: see {server.log}"
                )
            server.launch()
            self._step(name, server.wait_ready)
            self._become("ready")

    def stop(self) -> None:
        """Redis before Postgres, the reverse of the start."""
        for server in reversed(self.servers):
            server.stop()

    def _become(self, state: State, detail: str = "") -> None:
        self.state, self.detail = state, detail
        content = {"state": state, "pid": os.getpid(), "detail": detail}
        write_atomic(self.paths.ready_file, json.dumps(content) + "\n")

    def _step(self, name: str, action: Callable[[], T]) -> T:
        begun = time.perf_counter()
        result = action()
        say(f"{name} {time.perf_counter() - begun:.2f} s")
        return result


@dataclass(slots=True)
class Background:
    """Runs a part in a thread of its own while the main thread answers health requests; ends both together."""

    part: DatabasePart
    failed: bool = False
    _served: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Background":
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.part.ask_to_stop())
        self._thread = threading.Thread(target=self._run, name="database")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._served.set()
        self.part.ask_to_stop()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self.part.run()
        except Exception as error:  # noqa: BLE001  the thread's edge: whatever it is, the part has failed and says why
            self.failed = True
            print(f"signalbox: database: {error}", file=sys.stderr, flush=True)
        finally:
            # The signal may come before the server of the main thread listens for it, so it is repeated.
            while not self._served.wait(0.1):
                os.kill(os.getpid(), signal.SIGTERM)
