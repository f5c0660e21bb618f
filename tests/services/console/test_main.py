"""The command as the supervisor runs it: a real process on a real port."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from services.console.__main__ import main
from tests.services.console.conftest import log_in
from tests.services.console.seed import make_state


def test_without_a_key_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIGNALBOX_INTERNAL_KEY", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["--state", str(tmp_path)])
    assert ended.value.code == 2
    assert "`signalbox up` makes it" in capsys.readouterr().err


async def test_it_serves_and_logs_no_secret(tmp_path: Path) -> None:
    state = make_state(tmp_path, 3)
    log = tmp_path / "log"
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("SIGNALBOX_", "LITELLM_"))}
    process = start(state, log, environ)
    try:
        base = listening(log, process)
        async with httpx.AsyncClient(base_url=base, trust_env=False) as browser:
            assert (await browser.get("/health/readiness")).status_code == 200
            assert (await log_in(browser, "wrong-guess-7")).status_code == 401
            assert (await log_in(browser)).status_code == 303
            assert (await browser.get("/console/decisions")).text.count("<tr>") == 4
    finally:
        process.terminate()
        assert process.wait(20) in (0, -15)
    said = log.read_text()
    assert "/console/decisions" in said
    assert not [s for s in ("open sesame", "wrong-guess-7", "internal-secret", "sk-master") if s in said]


def start(state: Path, log: Path, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "services.console", "--port", "0", "--state", str(state)]
    with log.open("wb") as out:
        return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environ)


def listening(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := re.search(r"listening on (http://\S+?:\d+)", log.read_text()):
            return found[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())
