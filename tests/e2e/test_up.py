"""``signalbox up`` as a user meets it: it boots, says what is, mends itself, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.system import System, command, environment, running_system, start

QUIET = "gateway: {discovery: {ollama: [], vllm: [], models_dir: null, cloud: false}}\n"
HELLO = {"model": "auto", "messages": [{"role": "user", "content": "hello"}]}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A machine without any model."""
    with running_system(tmp_path_factory.mktemp("bare"), QUIET) as system:
        system.wait_for(lambda: "needs a model" in system.printed(), "the table")
        yield system


def test_every_part_is_ready_and_the_printed_curl_line_works(bare: System) -> None:
    assert {part["state"] for part in bare.parts().values()} == {"ready"}
    assert {"gateway", "instant", "database"} <= set(bare.parts())
    line = next(line for line in bare.printed().splitlines() if line.strip().startswith("curl "))
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=30, cwd=bare.config.parent)
    assert json.loads(done.stdout)["choices"][0]["message"]["content"], done.stdout + done.stderr


def test_it_says_where_things_are_and_what_works(bare: System) -> None:
    said = bare.printed()
    assert f"{bare.url}/v1" in said
    assert f"{bare.url}/ui" in said
    assert bare.key in said, "the key is shown at the first start"
    works = next(line for line in said.splitlines() if "questions about this gateway" in line)
    needs = next(line for line in said.splitlines() if "chat, tier large" in line)
    assert "works" in works
    assert "needs a model" in needs
    assert "signalbox models pull" in needs


def test_status_tells_the_same(bare: System) -> None:
    argv = command("status", "--state", str(bare.state), "--json")
    told = json.loads(subprocess.run(argv, capture_output=True, text=True, env=environment(), check=True).stdout)
    assert told["running"]
    assert told["pid"] == bare.process.pid
    assert {p["name"]: p["state"] for p in told["parts"]} == dict.fromkeys(bare.parts(), "ready")
    assert {"instant", "documents"} <= {d["model"] for d in told["deployments"]}
    assert told["config_problems"] == []


def test_a_second_up_on_the_same_state_is_refused(bare: System) -> None:
    argv = command("up", "--config", str(bare.config), "--state", str(bare.state), "--port", "0")
    argv[-1] = "45999"
    done = subprocess.run(argv, capture_output=True, text=True, env=environment(), timeout=60)
    assert done.returncode == 1
    assert f"belongs to a running `signalbox up` (process {bare.process.pid})" in done.stdout


def test_a_killed_part_is_started_again_and_said_so(bare: System) -> None:
    before = bare.parts()["instant"]
    os.kill(before["pid"], signal.SIGKILL)
    bare.wait_for(lambda: bare.parts()["instant"]["restarts"] == before["restarts"] + 1, "a restart")
    bare.wait_for(lambda: bare.parts()["instant"]["state"] == "ready", "readiness")
    bare.wait_for(bare.ready, "the gateway's readiness")
    assert bare.parts()["instant"]["pid"] != before["pid"]
    assert "instant was ended by SIGKILL; it is started again in" in bare.printed()
    assert "instant is back after" in bare.printed()
    with bare.client() as client:
        assert client.post("/v1/chat/completions", json=HELLO).status_code == 200


def test_a_broken_edit_is_said_and_a_good_one_is_taken(bare: System) -> None:
    bare.config.write_text("gateway: {intents: {coding: smal}}\n")
    bare.wait_for(
        lambda: f'{bare.config}:1: gateway.intents.coding: unknown tier "smal"' in bare.printed(), "the words"
    )
    assert bare.ready()
    added = "\nmodel_list:\n- {model_name: new, litellm_params: {model: openai/x, api_base: 'http://127.0.0.1:9/v1'}}\n"
    bare.config.write_text(QUIET + added)
    with bare.client() as client:
        bare.wait_for(lambda: "new" in [m["id"] for m in client.get("/v1/models").json()["data"]], "the new model")


def test_no_secret_and_no_prompt_is_in_a_log(bare: System) -> None:
    with bare.client() as client:
        client.post("/v1/chat/completions", json={**HELLO, "messages": [{"role": "user", "content": "xyzzy-7781"}]})
    logs = b"".join(path.read_bytes() for path in bare.state.glob("log/*"))
    kept = [path.read_bytes().strip() for path in (bare.state / "secrets").iterdir()]
    secrets = [value for value in kept if len(value) >= 16]  # shorter: ids of processes, in lock files
    assert len(secrets) >= 4
    assert not [secret for secret in (*secrets, b"xyzzy-7781") if secret in logs]


def test_ctrl_c_ends_everything_and_the_second_start_is_quick(tmp_path: Path) -> None:
    first = start(tmp_path, QUIET, arguments=("--only", "gateway,instant"))
    first.wait_for(lambda: first.process.poll() is not None or first.ready(), "a start", 120)
    port = int(first.url.rsplit(":", 1)[1])
    started = first.processes()
    assert set(first.parts()) == {"gateway-base", "gateway", "instant"}
    assert first.stop(signal.SIGINT, bound_s=25) == 0
    gone, alive = psutil.wait_procs(started, timeout=5)
    assert not alive
    assert len(gone) >= 2
    assert not (tmp_path / "state" / "run" / "parts.json").exists()

    second = start(tmp_path, QUIET, arguments=("--only", "instant"), port=port)
    second.wait_for(lambda: "ready: instant" in second.printed(), "a start", 30)
    assert set(second.parts()) == {"instant"}
    assert first.key not in second.printed()
    assert second.stop() == 0


def test_nothing_outlives_a_killed_supervisor_and_the_next_one_starts(tmp_path: Path) -> None:
    system = start(tmp_path, QUIET, arguments=("--only", "instant"))
    system.wait_for(lambda: "ready: instant" in system.printed(), "a start")
    started = system.processes()
    system.process.kill()
    system.process.wait(10)
    _, alive = psutil.wait_procs(started, timeout=20)
    assert started
    assert not alive
    again = start(tmp_path, QUIET, arguments=("--only", "instant"))
    again.wait_for(lambda: "ready: instant" in again.printed(), "a start")
    assert again.stop() == 0


def test_a_broken_configuration_starts_nothing(tmp_path: Path) -> None:
    system = start(tmp_path, "model_list: []\ngateway:\n  boundary: {default_class: publik}\n")
    assert system.process.wait(30) == 2
    assert f'{system.config}:3: gateway.boundary.default_class: unknown data class "publik"' in system.printed()
    assert not system.state.exists()


def test_a_port_in_use_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        system = start(tmp_path, QUIET, port=port)
        assert system.process.wait(30) == 1
    assert f"port {port} on 127.0.0.1 is in use" in system.printed()
    assert "--port" in system.printed()


def test_a_part_that_cannot_start_is_named_with_its_last_lines(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("not: [a, book\n")
    text = "gateway: {instant: {answers: [own.yaml]}, discovery: {ollama: [], vllm: [], models_dir: null}}\n"
    system = start(tmp_path, text, arguments=("--only", "instant"))
    assert system.process.wait(60) == 1
    assert "error: instant did not start" in system.printed()
    assert "own.yaml" in system.printed(), "the last lines of its log"
    assert system.parts() == {}


def test_a_server_that_a_deployment_asks_for_is_tried_three_times(tmp_path: Path) -> None:
    served = (
        "model_list:\n- model_name: v\n  litellm_params: {model: hosted_vllm/v}\n"
        "  model_info: {location: local, serve: {engine: vllm, model: /m}}\n"
    )
    env = {"SIGNALBOX_VLLM_PYTHON": "/bin/false"}
    system = start(tmp_path, served + QUIET, env=env, arguments=("--only", "vllm-" + _id_of_v()))
    assert system.process.wait(60) == 1
    assert "ended with status 1 3 times before it was ready" in system.printed()


def _id_of_v() -> str:
    from plugins.routing.config.deployments import deployment_id

    return deployment_id({"model_name": "v", "litellm_params": {"model": "hosted_vllm/v"}})


def test_readiness_names_the_part_that_is_missing(bare: System) -> None:
    instant = psutil.Process(bare.parts()["instant"]["pid"])
    instant.suspend()
    try:
        answer = httpx.Response(200)
        deadline = time.monotonic() + 30
        while answer.status_code == 200 and time.monotonic() < deadline:
            answer = httpx.get(f"{bare.url}/health/readiness", timeout=10, trust_env=False)
    finally:
        instant.resume()
    assert answer.status_code == 503
    assert "instant" in answer.text
    bare.wait_for(bare.ready, "readiness")
