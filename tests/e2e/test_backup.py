"""A backup of a running system, brought back elsewhere, where its keys go on working; and the doctor beside it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.backup.manifest import DUMP
from tests.support.system import System, command, environment, running_system

CONFIG = json.dumps(
    {"gateway": {"discovery": {"ollama": [], "vllm": [], "models_dir": None, "cloud": False, "interval_s": 3600}}}
)
HELLO = {"model": "auto", "messages": [{"role": "user", "content": "hello"}]}


def _signalbox(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), capture_output=True, text=True, check=False, env=environment(), timeout=120)


def _asked(system: System, key: str) -> int:
    with system.client() as client:
        answer = client.post("/v1/chat/completions", json=HELLO, headers={"Authorization": f"Bearer {key}"})
    return answer.status_code


def _doctor(system: System) -> dict[str, dict[str, Any]]:
    where = ["--state", str(system.state), "--config", str(system.config)]
    said = json.loads(_signalbox("doctor", "--json", "--fast", *where).stdout)
    return {finding["name"]: finding for finding in said["findings"]}


@pytest.mark.timeout(400)  # two starts one after the other: half a minute, minutes on a busy machine
def test_a_key_of_the_backed_up_system_works_in_the_restored_one(tmp_path: Path) -> None:
    file, state = tmp_path / "b.tar.gz", tmp_path / "two" / "state"
    with running_system(tmp_path / "one", CONFIG) as one:
        with one.client() as client:
            key = client.post("/key/generate", json={"key_alias": "kept", "rpm_limit": 1000}).json()["key"]
        assert _asked(one, key) == 200
        assert "no backup was ever made" in _doctor(one)["backup"]["what"]
        made = _signalbox("backup", str(file), "--state", str(one.state), "--config", str(one.config))
        assert made.returncode == 0, made.stderr
        assert _asked(one, key) == 200, "it went on serving"
        found = _doctor(one)
        assert {n for n, f in found.items() if f["grade"] == "fail"} <= {"memory", "disk"}, found
        for name in ("database", "redis", "permissions", "backup", "part gateway", "part instant"):
            assert found[name]["grade"] == "ok", found[name]
        with one.client() as client:
            late = client.post("/key/generate", json={"key_alias": "late"}).json()["key"]
        refused = _signalbox("restore", str(file), "--state", str(one.state), "--replace")
        assert refused.returncode == 1
        assert "stop it first" in refused.stderr
        master = one.key

    stopped = tmp_path / "stopped.tar.gz"
    assert _signalbox("backup", str(stopped), "--state", str(one.state)).returncode == 0
    back = _signalbox("restore", str(file), "--state", str(state), "--config", str(tmp_path / "two" / "c.yaml"))
    assert back.returncode == 0, back.stderr
    shutil.rmtree(one.state)
    with running_system(tmp_path / "two", CONFIG) as two:
        assert two.key == master
        assert _asked(two, key) == 200
        assert _asked(two, late) == 401, "made after the backup"
        with two.client() as client:
            info = client.get("/key/info", params={"key": key}).json()["info"]
        assert (info["key_alias"], info["rpm_limit"]) == ("kept", 1000)
    listed = subprocess.run(["tar", "-tzf", str(stopped)], capture_output=True, text=True, check=True).stdout.split()
    assert DUMP in listed, "a stopped database is dumped as well"
    assert {"state/secrets/salt.key", "state/decisions.sqlite"} <= set(listed)
