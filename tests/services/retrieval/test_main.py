"""The real process, as the supervisor starts it."""

from __future__ import annotations

import time
from pathlib import Path

import httpx

from tests.support.service import service


def test_it_serves_with_the_key_of_its_environment(tmp_path: Path) -> None:
    with service("services.retrieval", "--state", str(tmp_path), SIGNALBOX_INTERNAL_KEY="k") as running:
        while httpx.get(f"{running.url}/health/readiness").status_code != 200:
            time.sleep(0.05)
        answer = httpx.post(
            f"{running.url}/v1/embeddings", json={"input": "my secret recipe"}, headers={"authorization": "Bearer k"}
        )
    assert len(answer.json()["data"][0]["embedding"]) == 384
    assert "POST /v1/embeddings 200" in running.log
    assert "recipe" not in running.log
