"""The real process, as the supervisor starts it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from services.instant.__main__ import main


def test_it_serves_with_the_key_and_answers_of_its_state(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "litellm.yaml").write_text("model_list: [{model_name: qwen}]")
    own = tmp_path / "own.yaml"
    own.write_text("- {id: canteen, questions: [when is the canteen open], answer: 'At noon, says {models}.'}")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("SIGNALBOX_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "services.instant", "--state", str(tmp_path), "--answers", str(own)],
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
        answer = httpx.post(
            f"{found[1]}/v1/chat/completions",
            json={"messages": [{"role": "user", "content": "when is the canteen open?"}]},
            headers={"authorization": "Bearer k"},
        )
    finally:
        process.terminate()
        log += process.communicate(timeout=30)[1]
    assert answer.json()["choices"][0]["message"]["content"] == "At noon, says qwen."
    assert "POST /v1/chat/completions 200" in log
    assert "canteen" not in log


def test_broken_answers_do_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("- {id: canteen}")
    assert main(["--state", str(tmp_path), "--answers", str(own)], {}) == 2
    assert "own.yaml:1: [0].questions: is empty" in capsys.readouterr().err
