"""The engine as a process: its protocol over HTTP, how it ends, how it survives Postgres, what it logs."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from services.database.client import package_directory
from tests.services.database.support import RunningEngine, RunningPart, free_port, wait_for

COMMIT = "393aa359c9ad4a4bb28630fb5613f9c281cde053"
COUNT = 'query { result: aggregateLiteLLM_UserTable(where: {user_id: "e"}) { _count { _all } } }'


@pytest.fixture
def own(database: RunningPart) -> Iterator[RunningEngine]:
    """An engine that the test may end."""
    running = RunningEngine(database.gateway()).start()
    yield running
    running.end()


def test_version_is_the_one_that_prisma_expects(database: RunningPart) -> None:
    launcher = database.gateway()["PRISMA_QUERY_ENGINE_BINARY"]
    printed = subprocess.run([launcher, "--version"], capture_output=True, text=True, check=True).stdout
    assert printed == f"query-engine {COMMIT}\n"
    from prisma import config

    assert config.expected_engine_version == COMMIT


def test_status_metrics_and_unknown_paths(engine: RunningEngine) -> None:
    assert httpx.get(f"{engine.url}/status").json() == {"status": "ok"}
    metrics = httpx.get(f"{engine.url}/metrics?format=json").json()
    assert metrics == {"counters": [], "gauges": [], "histograms": []}
    assert httpx.get(f"{engine.url}/nothing").status_code == 404
    assert engine.post("/transaction/x/nothing", {}).status_code == 404


@pytest.mark.parametrize(
    "document",
    ["", "query { result: findManyNobody { id } }", "query { a: findManyLiteLLM_Config { id } b: x { id } }", "{", "$"],
)
def test_documents_that_cannot_be_translated_are_p2009(engine: RunningEngine, document: str) -> None:
    code, message = engine.error(document)
    assert code == "P2009"
    assert message.startswith("Failed to validate the query: ")


def test_a_body_that_is_not_json_is_answered(engine: RunningEngine) -> None:
    answer = httpx.post(engine.url, content=b"{").json()
    assert answer["errors"][0]["user_facing_error"]["error_code"] == "P2009"


def test_transaction_protocol(engine: RunningEngine) -> None:
    identity = engine.post("/transaction/start", {"timeout": 5000, "max_wait": 2000}).json()["id"]
    engine.query('mutation { result: createOneLiteLLM_UserTable(data: {user_id: "e"}) { user_id } }', identity)
    assert engine.query(COUNT, identity)["data"]["result"] == {"_count": {"_all": 1}}
    assert engine.query(COUNT)["data"]["result"] == {"_count": {"_all": 0}}
    assert engine.post(f"/transaction/{identity}/rollback", {}).status_code == 200
    assert engine.query(COUNT)["data"]["result"] == {"_count": {"_all": 0}}
    assert engine.post(f"/transaction/{identity}/commit", {}).status_code == 422
    for unknown in ("never", identity[:-4] + "zzzz"):
        assert engine.post(f"/transaction/{unknown}/commit", {}).status_code == 404
        assert engine.post(f"/transaction/{unknown}/rollback", {}).status_code == 404
        code, message = engine.error(COUNT, unknown)
        assert (code, "Transaction not found" in message) == ("P2028", True)


def test_an_expired_transaction_gives_its_connection_back_clean(engine: RunningEngine) -> None:
    identity = engine.post("/transaction/start", {"timeout": 100, "max_wait": 2000}).json()["id"]
    engine.raw("SELECT 1", transaction=identity)
    expired = time.monotonic() + 0.3
    wait_for("the timeout", lambda: time.monotonic() > expired)
    code, message = engine.error(COUNT, identity)
    assert (code, "Transaction already closed" in message) == ("P2028", True)
    states = engine.raw("SELECT count(*)::int FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
    assert states == [[0]]


def test_a_failed_statement_does_not_spoil_the_connection(engine: RunningEngine) -> None:
    for _ in range(30):
        assert engine.error('mutation { result: queryRaw(query: "SELEC", parameters: "[]") }')[0] == "P2010"
    assert engine.raw("SELECT 1") == [[1]]


def test_many_requests_at_once(engine: RunningEngine) -> None:
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda i: engine.raw("SELECT $1::int", i), range(200)))
    assert found == [[[i]] for i in range(200)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_on_signals(database: RunningPart, number: signal.Signals) -> None:
    running = RunningEngine(database.gateway()).start()
    assert running.process is not None
    running.process.send_signal(number)
    assert running.process.wait(5) == 0
    running.end()


def test_ends_when_its_parent_is_killed(database: RunningPart) -> None:
    script = (
        "import os, subprocess, sys, time\n"
        "p = subprocess.Popen([os.environ['PRISMA_QUERY_ENGINE_BINARY'], '-p', sys.argv[1]])\n"
        "print(p.pid, flush=True); time.sleep(60)"
    )
    environment = {**database.gateway(), "PRISMA_DML_PATH": str(package_directory() / "schema.prisma")}
    port = free_port()
    command = [sys.executable, "-c", script, str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        wait_for("the engine answers", lambda: RunningEngine(environment, port, _Alive()).answers())  # type: ignore[arg-type]
        parent.kill()
        wait_for("the engine is gone", lambda: not child.is_running() or child.status() == "zombie", 10)


class _Alive:
    def poll(self) -> None:
        return None


def test_postgres_killed_and_back(database: RunningPart, own: RunningEngine) -> None:
    assert own.raw("SELECT 1") == [[1]]
    identity = own.post("/transaction/start", {"timeout": 30000, "max_wait": 2000}).json()["id"]
    own.raw("SELECT 1", transaction=identity)
    old = database.pid_of("postgres")
    os.kill(old, signal.SIGKILL)
    seen = set()

    def back() -> bool:
        answer = own.query('mutation { result: queryRaw(query: "SELECT 1", parameters: "[]") }')
        if "errors" in answer:
            facing = answer["errors"][0]["user_facing_error"]
            seen.add((facing["error_code"], "Can't reach database server" in facing["message"]))
        return "data" in answer

    wait_for("Postgres is gone or back", lambda: back() or seen)
    wait_for("Postgres is back", back)
    assert seen <= {("P1001", True)}
    assert own.process is not None
    assert own.process.poll() is None
    assert database.pid_of("postgres") != old
    # The transaction died with its connection: it says so, and the engine goes on.
    answer = own.post(f"/transaction/{identity}/commit", {})
    assert answer.status_code != 200 or "error_code" in answer.text
    assert own.raw("SELECT 1") == [[1]]
    wait_for("the part is ready again", database.is_ready)


def test_nothing_of_a_request_is_logged(database: RunningPart) -> None:
    running = RunningEngine(database.gateway()).start()
    running.error(
        'mutation { result: createOneLiteLLM_UserTable(data: {user_id: "secret-word", nothing: 1}) { user_id } }'
    )
    running.error('mutation { result: queryRaw(query: "SELECT secret_word", parameters: "[\\"secret-word\\"]") }')
    running.query("secret-word")
    assert running.process is not None
    running.process.terminate()
    _, printed = running.process.communicate(timeout=10)
    assert b"secret" not in printed
    assert "secret" not in database.output
    assert "secret-word" not in postgres_log(database)


def postgres_log(database: RunningPart) -> str:
    return (database.paths.log / "postgres.log").read_text(encoding="utf-8")


def test_recording_is_off_unless_asked_for(database: RunningPart) -> None:
    file = database.state / "recorded.jsonl"
    running = RunningEngine({**database.gateway(), "SIGNALBOX_ENGINE_RECORD": str(file)}).start()
    running.raw("SELECT 1")
    running.end()
    assert "SELECT 1" in json.loads(file.read_text(encoding="utf-8"))["query"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_settings_from_the_client_win(database: RunningPart) -> None:
    url = database.gateway()["DATABASE_URL"]
    environment = {**database.gateway(), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}
    running = RunningEngine(
        {**environment, "OVERWRITE_DATASOURCES": json.dumps([{"name": "client", "url": url}])}
    ).start()
    assert running.raw("SELECT current_user::text") == [["litellm"]]
    running.end()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "mysql://u:hidden@h/d"}, "must start with postgresql://"),
        ({"DATABASE_URL": "postgresql://u:hidden@h/d?sslmode=x"}, 'unknown sslmode "x"'),
    ],
)
def test_a_url_that_cannot_be_used_is_said_at_once(database: RunningPart, change: dict[str, str], message: str) -> None:
    environment = {**database.gateway(), "PRISMA_DML_PATH": str(package_directory() / "schema.prisma"), **change}
    if not change["DATABASE_URL"]:
        del environment["DATABASE_URL"]
    command = [environment["PRISMA_QUERY_ENGINE_BINARY"], "-p", str(free_port())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 1
    assert message in done.stderr
    assert "hidden" not in done.stderr
