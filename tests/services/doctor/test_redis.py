"""Redis as the doctor sees it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from services.database.redis import find_server
from services.doctor.redis import check, reach
from tests.services.database.support import wait_for
from tests.services.doctor.sites import site
from tests.support.proxy import free_port


def test_embedded_and_silent_ones(tmp_path: Path) -> None:
    assert [f.grade for f in check(site(tmp_path))] == ["ok"]
    assert [f.grade for f in check(site(tmp_path, environ={"REDIS_CLUSTER_NODES": "[]"}))] == ["ok"]
    port = str(free_port())
    for environ in ({"REDIS_URL": f"redis://127.0.0.1:{port}"}, {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": port}):
        assert [f.grade for f in check(site(tmp_path, environ=environ))] == ["fail"]
    assert reach("nonsense://", "it").grade == "fail"


@pytest.mark.parametrize(("policy", "wanted"), [("volatile-lru", "ok"), ("allkeys-lru", "warn")])
def test_a_real_one_and_its_policy(tmp_path: Path, policy: str, wanted: str) -> None:
    port = free_port()
    command = [str(find_server()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    limits = ["--maxmemory", "50mb", "--maxmemory-policy", policy, "--requirepass", "word"]
    with subprocess.Popen([*command, *limits], stdout=subprocess.DEVNULL) as server:
        try:
            url = f"redis://127.0.0.1:{port}/0"
            wait_for("Redis", lambda: reach(url, "it", "word").grade != "fail")
            assert reach(url, "it", "word").grade == wanted
            assert reach(url, "it").grade == "fail", "no password"
        finally:
            server.terminate()
