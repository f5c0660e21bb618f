"""As the containers run: servers of one's own over TCP, passwords by files, two machines' worth of gateways.

Postgres and Redis are real servers with passwords on loopback ports; each `up` has a state directory of its own.
"""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
import redis

from services.database.owned import choose_account, start, stop
from services.database.postgres import find_binaries
from services.database.redis import find_server
from tests.e2e.keys.desk import EASY
from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.proxy import free_port
from tests.support.system import System, command, environment, running_system

RPM = 20
PASSWORD = secrets.token_hex(24)


def _until(what: str, works: Callable[[], object], errors: type[Exception]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            works()
            return
        except errors:
            assert time.monotonic() < deadline, f"{what} does not answer"
            time.sleep(0.05)


@contextmanager
def tcp_postgres(folder: Path) -> Iterator[str]:
    """A Postgres that asks for a password, on a port; its URL without that password."""
    binaries, port = find_binaries(folder), free_port()
    data, word = folder / "data", folder / "password"
    account = choose_account(data, binaries.directory)
    account.own(folder)
    word.write_text(PASSWORD)
    word.chmod(0o644)
    initdb = [binaries.path("initdb"), "-D", str(data), "-U", "litellm", "--auth=scram-sha-256", f"--pwfile={word}"]
    subprocess.run(account.command(initdb), check=True, capture_output=True, cwd="/")
    listen = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    server = start([binaries.path("postgres"), "-D", str(data), "-p", str(port), *listen], account, folder / "log")
    try:
        url = f"postgresql://litellm:{PASSWORD}@127.0.0.1:{port}/postgres"
        _until("Postgres", lambda: psycopg.connect(url).close(), psycopg.OperationalError)
        yield f"postgresql://litellm@127.0.0.1:{port}/postgres?connection_limit=10&pool_timeout=20"
    finally:
        stop(server, [(signal.SIGINT, 10.0)])


@contextmanager
def tcp_redis(folder: Path) -> Iterator[str]:
    """A Redis that asks for a password, on a port; its URL without that password."""
    port = free_port()
    (folder / "redis.conf").write_text(f"bind 127.0.0.1\nport {port}\nrequirepass {PASSWORD}\ndir {folder}\nsave ''\n")
    with (folder / "redis.log").open("wb") as log:
        server = subprocess.Popen([str(find_server()), str(folder / "redis.conf")], stdout=log, stderr=log)
    try:
        client = redis.Redis(port=port, password=PASSWORD)
        _until("Redis", client.ping, redis.RedisError)
        client.close()
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        stop(server, [(signal.SIGTERM, 10.0)])


def _config(cloud: FakeCloud) -> str:
    entry = {
        "model_name": "small",
        "litellm_params": {"model": "openai/up-small", "api_base": f"{cloud.url}/v1", "api_key": "sk-upstream"},
        "model_info": {"tier": "small", "location": "local", "context_window": 100_000},
    }
    off: dict[str, Any] = {"ollama": [], "vllm": [], "models_dir": None, "cloud": False}
    return json.dumps({"model_list": [entry], "gateway": {"instant": {"enabled": False}, "discovery": off}})


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[System, System]]:
    """Two systems that share a Postgres and a Redis and nothing else."""
    tmp = tmp_path_factory.mktemp("production")
    tmp.chmod(0o755)
    (tmp / "word").write_text(PASSWORD + "\n")
    (tmp / "redis").mkdir()
    with ExitStack() as stack:
        cloud = stack.enter_context(fake_cloud())
        env = {
            "DATABASE_URL": stack.enter_context(tcp_postgres(tmp / "postgres")),
            "DATABASE_PASSWORD_FILE": str(tmp / "word"),
            "REDIS_URL": stack.enter_context(tcp_redis(tmp / "redis")),
            "REDIS_PASSWORD_FILE": str(tmp / "word"),
            "SIGNALBOX_MASTER_KEY": "sk-" + secrets.token_hex(16),
            "LITELLM_SALT_KEY": "sk-" + secrets.token_hex(16),
        }
        with ThreadPoolExecutor(2) as pool:
            made = [running_system(tmp / name, _config(cloud), env=env) for name in ("one", "two")]
            first, second = pool.map(lambda one: stack.enter_context(one), made)
        for system in (first, second):
            (system.state / "secrets" / "master.key").write_text(env["SIGNALBOX_MASTER_KEY"])  # System.key reads it
        yield first, second


def _ask(system: System, key: str) -> httpx.Response:
    body = {"model": "auto", "messages": [{"role": "user", "content": EASY}]}
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.post(f"{system.url}/v1/chat/completions", json=body, headers=headers, timeout=60, trust_env=False)


def test_a_key_of_one_gateway_holds_at_the_other_and_so_does_its_limit(two: tuple[System, System]) -> None:
    with two[0].client() as admin:
        key = admin.post("/key/generate", json={"models": [], "rpm_limit": RPM}).json()["key"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: _ask(two[n % 2], key).status_code, range(2 * RPM)))
    print(f"\nrpm_limit {RPM}, two gateways on two ports: {answers.count(200)} of {len(answers)} went through")
    assert (answers.count(200), answers.count(429)) == (RPM, RPM)


def test_what_one_revokes_the_other_refuses(two: tuple[System, System]) -> None:
    with two[0].client() as first:
        key = first.post("/key/generate", json={}).json()["key"]
        assert _ask(two[1], key).status_code == 200
        assert first.post("/key/delete", json={"keys": [key]}).status_code == 200
    two[1].wait_for(lambda: _ask(two[1], key).status_code == 401, "the other gateway to refuse the key", 10)


def test_a_backup_goes_from_one_server_to_another(two: tuple[System, System], tmp_path: Path) -> None:
    with two[0].client() as admin:
        assert admin.post("/key/generate", json={"key_alias": "carried-over"}).status_code == 200
    given = {name: value for name, value in psutil.Process(two[0].process.pid).environ().items() if "_" in name}
    bare, _, parameters = given["DATABASE_URL"].partition("?")
    server = bare.replace("litellm@", f"litellm:{PASSWORD}@")
    with psycopg.connect(server, autocommit=True) as db:
        db.execute("CREATE DATABASE another")
    other = bare.removesuffix("/postgres") + "/another"
    word = {"DATABASE_PASSWORD_FILE": given["DATABASE_PASSWORD_FILE"]}
    for words, url in (
        (["backup", "b.tar.gz", "--state", str(two[0].state)], f"{bare}?{parameters}"),
        (["restore", "b.tar.gz", "--state", "new"], other),
    ):
        env = environment({**word, "DATABASE_URL": url})
        done = subprocess.run(command(*words), env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    with psycopg.connect(server.removesuffix("/postgres") + "/another") as db:
        found = db.execute('SELECT key_alias FROM "LiteLLM_VerificationToken" WHERE key_alias IS NOT NULL').fetchall()
    assert found == [("carried-over",)]
    assert not (tmp_path / "new" / "postgres").exists()


def test_nothing_is_embedded_and_no_password_is_said(two: tuple[System, System]) -> None:
    for system in two:
        assert not (system.state / "postgres").exists()
        assert not (system.state / "redis").exists()
        assert PASSWORD.encode() not in system.all_logs()
        assert not any(PASSWORD in " ".join(process.cmdline()) for process in system.processes())
