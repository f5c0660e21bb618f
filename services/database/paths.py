"""Where everything of the database lives under a state directory, and which addresses follow from it.

Knows names only: every path and address here is a pure function of the state directory, so the gateway can be started
before Postgres and Redis are up. Knows nothing about what the files hold.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SOCKET_PATH_LIMIT = 107
"""Bytes of a Unix socket's path, without the final NUL (unix(7): sun_path has 108)."""

POSTGRES_PORT = 5432
"""Names the socket's file only: Postgres listens on no network address."""

DATABASE_NAME = "litellm"
DATABASE_ROLE = "litellm"


@dataclass(frozen=True, slots=True)
class StatePaths:
    """The database's files below the state directory `root` (absolute)."""

    root: Path

    @classmethod
    def of(cls, state: Path | str) -> "StatePaths":
        return cls(Path(state).expanduser().resolve())

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def shims(self) -> Path:
        """Goes first on the gateway's PATH."""
        return self.run / "bin"

    @property
    def launcher(self) -> Path:
        return self.shims / "query-engine"

    @property
    def ready_file(self) -> Path:
        return self.run / "database.json"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def postgres_data(self) -> Path:
        return self.postgres / "data"

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def sockets(self) -> Path:
        """`run/sockets`, or a short directory of our own where that would not fit into a socket's path."""
        preferred = self.run / "sockets"
        longest = preferred / "postgres" / f".s.PGSQL.{POSTGRES_PORT}"
        if len(os.fsencode(longest)) <= SOCKET_PATH_LIMIT:
            return preferred
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"signalbox-{os.geteuid()}-{digest}"

    @property
    def postgres_sockets(self) -> Path:
        return self.sockets / "postgres"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis" / "redis.sock"

    def postgres_url(self, password: str, *, role: str = DATABASE_ROLE, database: str = DATABASE_NAME) -> str:
        """A URL that psycopg, our engine and Prisma's native engine all understand."""
        host = quote(str(self.postgres_sockets), safe="/")
        return f"postgresql://{role}:{quote(password, safe='')}@localhost/{database}?host={host}"

    def redis_url(self, password: str) -> str:
        return f"unix://:{quote(password, safe='')}@{quote(str(self.redis_socket), safe='/')}?db=0"
