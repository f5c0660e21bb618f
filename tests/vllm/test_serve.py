"""``model_info.serve`` with a real vLLM: ``signalbox up`` starts it, routes to it, and starts it again when killed.

Opt-in, as ``test_vllm`` is.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI

from tests.support.system import System, running_system

PYTHON = os.environ.get("SIGNALBOX_VLLM_PYTHON", "")
BOOT_S = 600.0
GROUP, MAX_LEN = "tiny-vllm", "512"

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(not PYTHON, reason="SIGNALBOX_VLLM_PYTHON names no Python with vLLM (make test-vllm makes one)"),
]


def _config(model: Path) -> str:
    serve = {"engine": "vllm", "model": str(model), "args": ["--enforce-eager", "--max-model-len", MAX_LEN]}
    info = {"id": "tiny", "location": "local", "tier": "small", "context_window": int(MAX_LEN), "serve": serve}
    entry = {"model_name": GROUP, "litellm_params": {"model": f"hosted_vllm/{GROUP}"}, "model_info": info}
    quiet = {"discovery": {"ollama": [], "vllm": [], "models_dir": None, "cloud": False}, "escalation": {"mode": False}}
    return json.dumps({"model_list": [entry], "gateway": quiet})


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("serve")
    subprocess.run([PYTHON, str(Path(__file__).with_name("make_tiny_llama.py")), str(folder / "m")], check=True)
    env = {"SIGNALBOX_VLLM_PYTHON": PYTHON, "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1"}
    with running_system(folder, _config(folder / "m"), env=env, boot_s=BOOT_S) as running:
        yield running


def _ask(system: System) -> Any:
    sdk = OpenAI(base_url=f"{system.url}/v1", api_key=system.key, max_retries=0, timeout=120)
    messages: Any = [{"role": "user", "content": "Why does the moon move the tides?"}]
    return sdk.chat.completions.with_raw_response.create(model="auto", messages=messages, max_tokens=8)


def _vllm(system: System) -> dict[str, Any]:
    return next(part for name, part in system.parts().items() if name.startswith("vllm-"))


def test_it_is_started_and_auto_goes_to_it(system: System) -> None:
    assert _vllm(system)["state"] == "ready", "readiness waits for it"
    answer = _ask(system)
    assert answer.headers["x-signalbox-deployment"] == "tiny"
    assert answer.headers["x-signalbox-location"] == "local"
    assert answer.parse().usage.completion_tokens > 0


def test_killed_it_is_started_again_and_serves_again(system: System) -> None:
    before = _vllm(system)
    os.kill(before["pid"], signal.SIGKILL)
    system.wait_for(lambda: _vllm(system)["restarts"] == before["restarts"] + 1, "a restart")
    system.wait_for(lambda: _vllm(system)["state"] == "ready" and system.ready(), "readiness", BOOT_S)
    assert _vllm(system)["pid"] != before["pid"]
    assert _ask(system).headers["x-signalbox-deployment"] == "tiny"
