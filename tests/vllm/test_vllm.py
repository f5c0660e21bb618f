"""A real vLLM on the CPU: what discovery reads of it, and LiteLLM's way to it.

Opt-in (``make test-vllm``): it needs an environment of its own, whose Python SIGNALBOX_VLLM_PYTHON names, 3 GB of disk
and a minute or two to start.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from plugins.routing.config.spec import Discovery
from services.discovery.discover import discover

PYTHON = os.environ.get("SIGNALBOX_VLLM_PYTHON", "")
BOOT_S = 600
MODEL = "tiny-1b"
MAX_LEN = 512
MESSAGES: Any = [{"role": "user", "content": "hi"}]

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not PYTHON, reason="SIGNALBOX_VLLM_PYTHON names no Python with vLLM (make test-vllm makes one)"),
]


@pytest.fixture(scope="module")
def vllm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("vllm")
    subprocess.run([PYTHON, str(Path(__file__).with_name("make_tiny_llama.py")), str(folder / "m")], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [PYTHON, "-m", "vllm.entrypoints.openai.api_server", "--model", str(folder / "m"), "--enforce-eager"]
    command += ["--served-model-name", MODEL, "--max-model-len", str(MAX_LEN), "--host", "127.0.0.1"]
    env = {**os.environ, "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--port", str(port)], env=env, stdout=out, stderr=out)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + BOOT_S
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"vLLM ended with {process.returncode}:\n{log.read_text(errors='replace')[-3000:]}")
        try:
            if httpx.get(f"{url}/health", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(1)
    pytest.fail(f"vLLM was not up within {BOOT_S} s:\n{log.read_text(errors='replace')[-3000:]}")


async def test_it_is_found_with_its_context_and_size(vllm: str) -> None:
    spec = Discovery(ollama=(), vllm=(vllm,), models_dir=None, cloud=False)
    (found,) = await discover(spec, env={}, root=Path(), llm_base_url=None, timeout_s=10)
    assert found["model_name"] == MODEL
    assert found["litellm_params"] == {"model": f"hosted_vllm/{MODEL}", "api_base": f"{vllm}/v1"}
    info = found["model_info"]
    assert (info["context_window"], info["location"], info["tier"], info["parameters_b"]) == (
        512,
        "local",
        "small",
        1.0,
    )


def test_it_answers_streamed_and_not_and_in_json(vllm: str) -> None:
    sdk = openai.OpenAI(base_url=f"{vllm}/v1", api_key="none")
    whole = sdk.chat.completions.create(model=MODEL, messages=MESSAGES, max_tokens=8, n=2, logprobs=True)
    assert len(whole.choices) == 2
    assert whole.usage is not None
    assert whole.usage.completion_tokens > 0
    options: Any = {"max_tokens": 8, "stream_options": {"include_usage": True}}
    *_, last = sdk.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True, **options)
    assert last.usage is not None
    shape: Any = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"enum": ["yes", "no"]}}}
    told = sdk.chat.completions.create(model=MODEL, messages=MESSAGES, max_tokens=20, response_format=shape)
    assert told.choices[0].message.content in ('"yes"', '"no"')


def test_litellm_tells_an_overlong_prompt_as_such(vllm: str) -> None:
    """What routing leans on when a context window was declared too large."""
    code = (
        "import litellm\n"
        "try:\n"
        f"    litellm.completion(model='hosted_vllm/{MODEL}', api_base='{vllm}/v1', num_retries=0,\n"
        "        messages=[{'role': 'user', 'content': 'x ' * 5000}])\n"
        "except litellm.ContextWindowExceededError:\n"
        "    print('exceeded')\n"
    )
    env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120)
    assert told.stdout.strip().endswith("exceeded"), told.stderr[-2000:]
