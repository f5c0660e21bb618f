"""The real process, as the supervisor starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from services.documents.__main__ import main
from tests.services.documents import make


def test_it_serves_with_the_key_and_its_section(tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("SIGNALBOX_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "services.documents", "--state", str(tmp_path)],
        env={**environ, "SIGNALBOX_INTERNAL_KEY": "k", "SIGNALBOX_DOCUMENTS": '{"max_pages": 3}'},
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
        key = {"authorization": "Bearer k"}
        with httpx.Client(base_url=found[1], headers=key, timeout=60, trust_env=False) as http:
            read = http.post("/extract", content=make.one_page(make.TEXT))
            assert "Plain words" in read.json()["pages"][0]["text"]
            assert http.post("/extract", content=make.many_pages(4)).json()["error"]["code"] == "too_many_pages"
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode in (0, -signal.SIGTERM)


def test_a_section_that_cannot_be_used_ends_it(tmp_path: Path) -> None:
    assert main(["--state", str(tmp_path)], {"SIGNALBOX_DOCUMENTS": "["}) == 2
