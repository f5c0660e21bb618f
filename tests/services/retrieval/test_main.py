"""The real process, as the supervisor starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx


def test_it_serves_with_the_key_of_its_environment(tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("SIGNALBOX_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "services.retrieval", "--state", str(tmp_path)],
        env={**environ, "SIGNALBOX_INTERNAL_KEY": "k"},
        stderr=subprocess.PIPE,
        text=True,
    )
    log = ""
    try:
        assert process.stderr is not None
        for line in process.stderr:  # ends with the process; pytest's timeout bounds a hang
            log += line
            if found := re.search(r"listening on (\S+)", line):
                break
        assert found, log
        while httpx.get(f"{found[1]}/health/readiness").status_code != 200:
            time.sleep(0.05)
        answer = httpx.post(
            f"{found[1]}/v1/embeddings", json={"input": "my secret recipe"}, headers={"authorization": "Bearer k"}
        )
    finally:
        process.terminate()
        log += process.communicate(timeout=30)[1]
    assert len(answer.json()["data"][0]["embedding"]) == 384
    assert "POST /v1/embeddings 200" in log
    assert "recipe" not in log
