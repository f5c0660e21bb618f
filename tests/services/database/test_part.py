"""The part as a process: it starts, says when it is ready, survives kills, ends everything with itself."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
import redis

from services.database.paths import StatePaths
from services.database.postgres import Postgres
from services.database.redis import Redis
from tests.services.database.support import RunningPart, own_environment, wait_for


@pytest.fixture
def part(tmp_path: Path) -> Iterator[RunningPart]:
    running = RunningPart(tmp_path / "state")
    yield running
    if running.process is not None and running.process.poll() is None:
        running.end()


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_start_stop_start_again(part: RunningPart) -> None:
    part.start().until_ready()
    answer = httpx.get(f"http://127.0.0.1:{part.port}/health/readiness")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    with part.connect() as connection:
        connection.execute("INSERT INTO \"LiteLLM_Config\" (param_name, param_value) VALUES ('kept', '1')")
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    redis.Redis.from_url(Redis(part.paths).url).set("kept", "1")
    pids = [part.pid_of("postgres"), part.pid_of("redis")]
    assert part.end() == 0
    assert part.reported()["state"] == "stopped"
    assert all(gone(pid) for pid in pids)
    part.start().until_ready()
    with part.connect() as connection:
        assert connection.execute("SELECT count(*) FROM \"LiteLLM_Config\" WHERE param_name = 'kept'").fetchone() == (
            1,
        )
    assert redis.Redis.from_url(Redis(part.paths).url).get("kept") == b"1"
    assert "0 migrations applied" in part.output.split("stopped")[-1]


def test_nothing_listens_on_a_network_address_but_health(part: RunningPart) -> None:
    part.start().until_ready()
    assert part.process is not None
    family = [psutil.Process(part.process.pid), *psutil.Process(part.process.pid).children(recursive=True)]
    listening = {c.laddr.port for p in family for c in p.net_connections("inet") if c.status == "LISTEN"}
    assert listening == {part.port}


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_a_killed_server_comes_back(part: RunningPart, server: str) -> None:
    part.start().until_ready()
    old = part.pid_of(server)
    os.kill(old, signal.SIGKILL)
    wait_for(
        "another server", lambda: part.is_ready() and part.pid_of(server) != old and "starting it again" in part.output
    )
    with part.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert redis.Redis.from_url(Redis(part.paths).url).ping()


def test_killed_itself_it_leaves_nothing_behind_and_starts_again(part: RunningPart) -> None:
    part.start().until_ready()
    pids = [part.pid_of("postgres"), part.pid_of("redis")]
    part.end(signal.SIGKILL)
    wait_for("both servers are gone", lambda: all(gone(pid) for pid in pids))
    part.start().until_ready()


def test_servers_that_outlived_their_owner_are_ended(part: RunningPart, tmp_path: Path) -> None:
    """As after kill -9 where no death signal can be set: no two servers on one directory."""
    paths = StatePaths.of(part.state)
    postgres, cache = Postgres(paths), Redis(paths)
    postgres.launch()
    cache.launch()
    postgres.wait_ready()
    cache.wait_ready()
    part.start().until_ready()
    assert postgres.process is not None
    assert cache.process is not None
    assert postgres.process.wait(10) is not None
    assert cache.process.wait(10) is not None
    assert part.pid_of("postgres") != postgres.process.pid


def test_a_pid_file_that_names_a_stranger(part: RunningPart) -> None:
    part.start().until_ready()
    part.end()
    pid_file = part.paths.postgres_data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{part.paths.postgres_data}\n", encoding="ascii")
    os.chown(pid_file, part.paths.postgres_data.stat().st_uid, -1)
    part.start().until_ready()
    with part.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_one_part_a_directory(part: RunningPart) -> None:
    part.start().until_ready()
    assert part.process is not None
    second = RunningPart(part.state).start()
    assert second.process is not None
    assert second.process.wait(30) == 1
    assert f"process {part.process.pid} already runs the database" in part.output
    assert part.is_ready()


def test_a_state_directory_with_a_path_too_long_for_sockets(tmp_path: Path) -> None:
    long = RunningPart(tmp_path / ("long" * 25))
    long.start().until_ready()
    assert not long.paths.sockets.is_relative_to(long.state)
    with long.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert long.end() == 0


def test_a_database_of_ones_own(part: RunningPart, database: RunningPart) -> None:
    url = Postgres(database.paths).url
    part.environment = {**own_environment(), "DATABASE_URL": url, "REDIS_URL": Redis(database.paths).url}
    part.start().until_ready()
    assert not part.paths.postgres.exists()
    assert not part.paths.redis.exists()
    with psycopg.connect(part.gateway()["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_database_that_cannot_be_reached_is_one_line(part: RunningPart, database: RunningPart) -> None:
    part.environment |= {"DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/d", "REDIS_URL": Redis(database.paths).url}
    part.start()
    assert part.process is not None
    assert part.process.wait(30) != 0
    assert "signalbox: database:" in part.output
    assert "hidden" not in part.output
    assert "Traceback" not in part.output
    assert json.loads(part.paths.ready_file.read_text(encoding="utf-8"))["state"] == "failed"


def test_secrets_are_only_ours(database: RunningPart) -> None:
    assert database.paths.secrets.stat().st_mode & 0o077 == 0
    for file in database.paths.secrets.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    password = (database.paths.secrets / "postgres.password").read_text(encoding="ascii").strip()
    assert len(password) >= 40
    assert database.process is not None
    for process in psutil.Process(database.process.pid).children(recursive=True):
        assert password not in " ".join(process.cmdline())
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(database.paths.postgres_url("wrong"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(database.paths.redis_url("wrong")).ping()
