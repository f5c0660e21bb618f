"""The command that asks LiteLLM without a gateway."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.support.system import environment


def ask(text: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "plugins.litellm_adapter.check_config"]
    return subprocess.run(argv, input=text, capture_output=True, text=True, env=environment(), timeout=120)


def test_it_tells_problems_as_json_and_nothing_else() -> None:
    entry = {"model_name": "x", "litellm_params": {"model": "nosuch/x"}, "model_info": {"id": "x"}}
    done = ask(json.dumps([entry]))
    assert done.returncode == 0
    (problem,) = json.loads(done.stdout)
    assert problem["path"] == [0, "litellm_params", "model"]
    assert "no such provider" in problem["message"]


def test_what_is_no_list() -> None:
    assert ask("{}").returncode == 2
