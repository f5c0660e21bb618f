"""The real process, as the supervisor starts it."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from plugins.ledger.query import records
from plugins.ledger.verify import verify
from plugins.routing.egress_verdict import HEADER
from services.egress.__main__ import main
from tests.services.egress.make import KEY, verdict_text, write_targets
from tests.support.fake_cloud import fake_cloud
from tests.support.service import service


def test_it_serves_with_what_its_state_holds(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "egress.key").write_bytes(KEY + b"\n")
    with fake_cloud() as cloud:
        write_targets(tmp_path / "run" / "egress.json", f"{cloud.url}/v1")
        with service("services.egress", "--state", str(tmp_path)) as running:
            assert httpx.get(f"{running.url}/health/readiness", trust_env=False).status_code == 200
            url, body = f"{running.url}/t/far/v1/chat/completions", {"model": "m", "messages": []}
            headers = {HEADER: verdict_text(time.time())}
            first, again = (httpx.post(url, json=body, headers=headers, trust_env=False) for _ in range(2))
        assert (first.status_code, again.status_code) == (200, 403)
        assert len(cloud.received) == 1
        assert b"Bearer sk-real" in cloud.received[0].headers
    folder = tmp_path / "ledger"
    assert sorted(record["event"] for record in records(folder)) == ["ended", "left", "refused"]
    assert verify(folder).problems == []
    assert verify(folder).checkpoints >= 1, "one at the end"


def test_without_a_key_it_does_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--state", str(tmp_path)], {}) == 2
    assert "no key to verify" in capsys.readouterr().err
