"""A gateway's side without a route out reaches a cloud by the broker alone: in real network namespaces."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.system import environment

ROOT = Path(__file__).parents[3]
UNSHARE = ("unshare", "--user", "--map-root-user", "--net")


def test_only_the_broker_leads_out(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("no network namespace can be made here: unshare or ip is missing")
    probe = [*UNSHARE, "ip", "link", "add", "probe", "type", "veth", "peer", "name", "probe2"]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("no network namespace with a cable can be made here")
    command = [*UNSHARE, sys.executable, "-m", "tests.services.egress.namespace", str(tmp_path / "state")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment(), timeout=150)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["direct"] == "OSError:Network is unreachable"
    assert told["by_name"] == "gaierror"
    assert (told["without_verdict"], told["with_verdict"], told["replayed"]) == (403, 200, 403)
    [received] = told["received"]
    assert "hello from inside" in received
