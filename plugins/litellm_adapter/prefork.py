"""``python -m plugins.litellm_adapter.prefork SOCKET --config FILE``: has LiteLLM imported and makes gateway workers of
itself, so that one that was killed is back without the seconds that the imports take.

Knows: fork, a Unix socket on which each worker is asked for (``services/supervisor/launch.py`` asks), who is told how a
worker ended. Does not know: what a worker does. It has one thread and no event loop, and nothing but modules is made
before the fork: a copy of a thread pool, of a connection or of an open file of a database would not work. A worker
stays when this process is gone, and ends when the one that asked for it is gone.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugins.litellm_adapter import server
from plugins.litellm_adapter.parent import OWNER_ENV, exit_with_owner
from plugins.litellm_adapter.redact import redact_logs, sweep

LOG_FORMAT_ENV = "SIGNALBOX_LOG_FORMAT"
MODULES = (
    "uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "litellm.proxy.proxy_server",
    # What that imports only when it starts.
    "litellm.proxy.db.baseline_accounting",
    "litellm.proxy.guardrails.guardrail_registry",
    "litellm.proxy.management_endpoints.mcp_management_endpoints",
    "litellm.proxy.pass_through_endpoints.llm_passthrough_endpoints",
    "plugins.assembly",
    "plugins.litellm_adapter.app",
    "plugins.litellm_adapter.checked",
    "plugins.litellm_adapter.console_proxy",
    "plugins.litellm_adapter.db_models",
    "plugins.litellm_adapter.edge",
    "plugins.litellm_adapter.hooks",
    "plugins.litellm_adapter.key_guard",
    "plugins.litellm_adapter.metrics_path",
    "plugins.litellm_adapter.reload",
    "plugins.litellm_adapter.retention",
    "plugins.litellm_adapter.routes",
)
ASKED_S = 5.0
"""How long one that connected may take to say what it wants."""
LARGEST = 65_536
KEPT_S = 30.0
"""How long the socket of a lone worker is kept when that is gone: who connects meanwhile waits for the next one."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is to be. ``owner``: its connection to the process that asked for it, whose id is ``owner_pid``.
    ``shared``: what it serves on, where that outlives it."""

    argv: list[str]
    env: dict[str, str]
    owner: socket.socket
    owner_pid: int
    shared: socket.socket | None = None


class Nursery:
    """Listens on ``path``, whose folder is private. ``run`` returns in every fork too."""

    def __init__(self, path: Path) -> None:
        self._listener = listen(path)
        self._workers: dict[int, socket.socket] = {}
        self._kept: socket.socket | None = None
        self._stopping = False

    def run(self) -> Job | None:
        """Makes workers until told to stop, and then returns None. In each worker it returns what that is to be."""
        ours, woken = socket.socketpair()
        ours.setblocking(False)
        woken.setblocking(False)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector, ours, woken, self._listener:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(ours, selectors.EVENT_READ)
            while not self._stopping:
                waiting = self._kept is not None and not self._workers
                ready = [key.fileobj for key, _ in selector.select(KEPT_S if waiting else None)]
                if waiting and not ready and self._kept is not None:
                    self._kept.close()
                    self._kept = None
                with suppress(BlockingIOError):
                    ours.recv(LARGEST)
                self._bury()
                if self._listener in ready and (job := self._asked()) is not None:
                    return job
        return None

    def _stop(self, *_: Any) -> None:
        self._stopping = True

    def _asked(self) -> Job | None:
        """A worker for who has just connected; the job in the worker, None here."""
        owner, _ = self._listener.accept()
        owner.settimeout(ASKED_S)
        files: list[int] = []
        try:
            text, files, _, _ = socket.recv_fds(owner, LARGEST, 2)
            asked = json.loads(text)
            argv = [str(a) for a in asked["argv"]]
            job = Job(argv, dict(asked["env"]), owner, int(asked["pid"]), self._socket_for(argv))
            pid = self._fork(job, files)
        except (OSError, ValueError, KeyError, TypeError, SystemExit) as error:
            tell(owner, refused=type(error).__name__)
            owner.close()
            pid = -1
        if pid == 0:
            self._become(files)
            owner.settimeout(None)
            return job
        for file in files:
            os.close(file)
        return None

    def _socket_for(self, argv: list[str]) -> socket.socket | None:
        """Of a lone worker. One of several has its own, so that nobody waits for one that is gone."""
        given = server.options(argv)
        if given.of != 1:
            return None
        if self._kept is None:
            self._kept = server.bound(given.host, given.port)
        return self._kept

    def _fork(self, job: Job, files: list[int]) -> int:
        if len(files) != 2:
            raise ValueError("standard output and error are missing")
        threads = threading.active_count(), len(list(Path("/proc/self/task").glob("*")))
        if max(threads) > 1:
            raise OSError(f"{max(threads)} threads run here")
        pid = os.fork()
        if pid:
            self._workers[pid] = job.owner
            tell(job.owner, pid=pid)
        return pid

    def _become(self, files: list[int]) -> None:
        """In a worker: nothing of what is its parent's stays."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()  # whoever ends its parent's group does not end it
        for file, standard in zip(files, (1, 2), strict=True):
            os.dup2(file, standard)
            os.close(file)
        for other in self._workers.values():
            other.close()

    def _bury(self) -> None:
        """Tells the owners of workers that have ended how they did, and ends what those left behind."""
        while self._workers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            owner = self._workers.pop(pid)
            tell(owner, code=os.waitstatus_to_exitcode(status))
            owner.close()


def tell(owner: socket.socket, **said: object) -> None:
    """One line of JSON to who asked for a worker; that it is gone is not our concern."""
    with suppress(OSError):
        owner.sendall(json.dumps(said).encode() + b"\n")


def listen(path: Path) -> socket.socket:
    """A Unix socket at ``path``, 0600. A path may be longer than such an address: it is made from inside its folder."""
    path.unlink(missing_ok=True)
    here = os.open(".", os.O_RDONLY)
    before = os.umask(0o177)
    try:
        os.chdir(path.parent)
        made = socket.socket(socket.AF_UNIX)
        made.bind(path.name)
    finally:
        os.umask(before)
        os.fchdir(here)
        os.close(here)
    made.listen(64)
    return made


def preload() -> None:
    """Everything that a worker imports, and nothing that it makes."""
    warnings.simplefilter("ignore")
    redact_logs(os.environ.get(LOG_FORMAT_ENV, "plain"))
    for name in MODULES:
        importlib.import_module(name)
    sweep()
    gc.collect()
    gc.freeze()  # a collection in a worker would write to every page that it shares with its parent


def main(argv: Sequence[str] | None = None) -> int:
    """Runs until told to stop; in a worker, until that has ended. ``argv``: the socket, then a worker's own arguments,
    from which LiteLLM is told at its import what it reads there."""
    path, *rest = sys.argv[1:] if argv is None else argv
    server.prepare(server.options(rest))
    preload()
    nursery = Nursery(Path(path))
    server.tell_ready(os.environ)
    job = nursery.run()
    if job is None:
        return 0
    os.environ.update({**job.env, OWNER_ENV: str(job.owner_pid)})
    exit_with_owner(job.owner)
    return server.main(job.argv, job.shared)


if __name__ == "__main__":
    sys.exit(main())
