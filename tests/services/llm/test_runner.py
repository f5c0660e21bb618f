from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from services.llm.runner import parser
from tests.support.tiny_gguf import SENTENCE, write_tiny_gguf

MESSAGES = [{"role": "user", "content": "hi"}]


def run(model: Path, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "services.llm.runner", str(model), "--name", "m", "--threads", "1", *options],
        env={"SIGNALBOX_RUNNER_KEY": "secret", "PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_it_serves_with_its_key_only_and_ends_with_its_input(tiny_gguf: Path) -> None:
    with run(tiny_gguf) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["address"]
        assert address.startswith("http://127.0.0.1:")
        url, body = f"{address}/v1/chat/completions", {"messages": MESSAGES}
        assert httpx.post(url, json=body, trust_env=False, timeout=120).status_code == 401
        answer = httpx.post(
            url, json=body, headers={"Authorization": "Bearer secret"}, trust_env=False, timeout=120
        ).json()
        assert answer["choices"][0]["message"]["content"] == SENTENCE
        assert answer["model"] == "m"
        process.stdin.close()
        assert process.wait(60) == 0


def test_conversations_share_one_cache_and_each_keeps_its_limit(tmp_path: Path) -> None:
    """Two at work may each use all of their context; four slots exist for n, and idle ones give their room back."""
    model = write_tiny_gguf(tmp_path / "m.gguf", endless=True)
    with run(model, "--context", "256", "--parallel", "2", "--choices", "4") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["address"]
        headers = {"Authorization": "Bearer secret", "Connection": "close"}
        with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=120) as client:
            for i in range(6):  # fill every slot with another conversation
                content = chr(97 + i) * 200
                answer = client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": content}]})
                assert answer.status_code == 200, answer.text
                assert answer.json()["usage"]["total_tokens"] == 256
            many = client.post("/v1/chat/completions", json={"messages": MESSAGES, "n": 4, "max_tokens": 3}).json()
            assert len(many["choices"]) == 4
            over = client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "z" * 300}]})
            assert over.json()["error"]["n_ctx"] == 256
        process.stdin.close()
        process.wait(60)


def test_a_file_that_is_no_model_ends_it_with_the_cause(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"GGUF" + bytes(100))
    with run(path) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert out == b""
    assert b"failed to load model" in err


def test_options_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["m.gguf"])
    assert "--name" in capsys.readouterr().err
