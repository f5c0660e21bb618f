"""The command line and the environment, without serving."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from plugins.litellm_adapter import server
from plugins.litellm_adapter.server import tell_ready
from services.common.own_tls import NAME, trusted
from tests.support.certificate import self_signed
from tests.support.proxy import free_port


def test_a_broken_configuration_ends_it_with_status_2_and_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("model_list: []\ngateway: {boundary: {default_class: publik}}\n")
    assert server.main(["--config", str(path)]) == 2
    assert f"{path}:2" in capsys.readouterr().err


def test_the_environment_names_the_file_and_keeps_litellm_off_the_network(tmp_path: Path) -> None:
    environ = {"LITELLM_LOG": "DEBUG"}
    server.set_environment(environ, tmp_path / "c.yaml", tmp_path)
    assert environ["CONFIG_FILE_PATH"] == environ["WORKER_CONFIG"] == environ[server.CONFIG_ENV]
    assert environ[server.STATE_ENV] == str(tmp_path.resolve())
    assert environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
    assert environ["LITELLM_LOG"] == "DEBUG"


def test_workers_count_together_in_a_folder_that_a_start_empties(tmp_path: Path) -> None:
    for environ, state in ((dict[str, str](SIGNALBOX_STATE=str(tmp_path)), None), (dict[str, str](), tmp_path)):
        server.set_environment(environ, tmp_path / "c.yaml", state)
        assert environ[server.METRICS_ENV] == str(tmp_path / "run" / "metrics")
    folder = Path(environ[server.METRICS_ENV])
    server.fresh(folder)
    (folder / "counter_1.db").touch()
    server.fresh(folder)
    assert list(folder.iterdir()) == []
    bare: dict[str, str] = {}
    server.set_environment(bare, tmp_path / "c.yaml", None)
    assert server.METRICS_ENV not in bare


def test_it_tells_that_it_is_ready(tmp_path: Path) -> None:
    path = tmp_path / "gateway.ready"
    tell_ready({"SIGNALBOX_READY_FILE": str(path)})
    assert json.loads(path.read_text()) == {"state": "ready", "pid": os.getpid()}
    tell_ready({})


def test_processes_share_a_port_over_tls_and_the_end_of_one_is_no_end_of_the_other(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("gateway: {}\n")
    (tmp_path / "run").mkdir()
    certificate, key = self_signed(tmp_path)
    (tmp_path / "run" / NAME).write_bytes(certificate.read_bytes())
    port, verify = free_port(), trusted(tmp_path)
    code = (
        "import sys; from plugins.litellm_adapter import server; server.APP = sys.argv.pop(1); sys.exit(server.main())"
    )
    argv = [sys.executable, "-c", code, "tests.plugins.litellm_adapter.plain_app:create_app"]
    argv += ["--config", str(tmp_path / "c.yaml"), "--port", str(port), "--of", "2"]
    argv += ["--tls-cert", str(certificate), "--tls-key", str(key)]

    def ask() -> str:
        return httpx.get(f"https://127.0.0.1:{port}/", verify=verify, trust_env=False, timeout=30).text

    ready = [tmp_path / f"{n}.ready" for n in range(2)]
    processes = [
        subprocess.Popen(argv, env={**os.environ, "SIGNALBOX_READY_FILE": str(path)}, stderr=subprocess.DEVNULL)
        for path in ready
    ]
    try:
        deadline = time.monotonic() + 60
        while not all(path.exists() for path in ready):
            assert time.monotonic() < deadline
            assert all(process.poll() is None for process in processes)
            time.sleep(0.05)
        wanted = {str(process.pid) for process in processes}
        seen: set[str] = set()
        while seen != wanted and time.monotonic() < deadline:
            seen.add(ask())
        assert seen == wanted, "the kernel shares connections out"
        processes[0].kill()
        processes[0].wait(10)
        assert {ask() for _ in range(10)} == {str(processes[1].pid)}
    finally:
        for process in processes:
            process.kill()
            process.wait(10)
