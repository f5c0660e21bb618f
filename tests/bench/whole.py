"""The whole system for benches that take time: every part on, two gateway workers, a fast upstream, a tiny llama.cpp.

Knows: how it is started, what its processes are called. Does not know: what is measured. Every process is started here
and ended by its own id.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.bench.servers import upstream_server
from tests.support.system import System, running_system
from tests.support.tiny_gguf import write_tiny_gguf

ASK = {"model": "auto", "messages": [{"role": "user", "content": "Summarize: the tide follows the moon."}]}

WORKER = "gateway worker"


@contextmanager
def whole(workers: int) -> Iterator[System]:
    """Signalbox with all its parts, ready."""
    folder = Path(tempfile.mkdtemp(prefix="signalbox-whole-"))
    try:
        (folder / "models").mkdir()
        write_tiny_gguf(folder / "models" / "tiny.gguf")
        with upstream_server(folder) as upstream:
            params = {"model": "openai/bench", "api_base": f"{upstream.base_url}/v1", "api_key": "none"}
            info = {"location": "local", "tier": "small", "modalities": ["text"]}
            gateway = {"discovery": {"ollama": [], "vllm": [], "cloud": False, "models_dir": "models"}}
            entries = [{"model_name": "bench", "litellm_params": params, "model_info": info}]
            text = json.dumps({"model_list": entries, "gateway": gateway})
            with running_system(folder, text, arguments=("--workers", str(workers)), boot_s=300) as system:
                yield system
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def processes(system: System) -> dict[str, list[psutil.Process]]:
    """All processes by what they are, e.g. ``gateway`` (one a worker), ``gateway worker``, ``database: postgres``."""
    heads = {int(part["pid"]): name for name, part in system.parts().items() if part.get("pid")}
    found: dict[str, list[psutil.Process]] = {}
    for process in system.processes():
        try:
            found.setdefault(_label(process, heads), []).append(process)
        except psutil.Error:
            continue
    return found


def _label(process: psutil.Process, heads: dict[int, str]) -> str:
    if process.pid in heads:
        return heads[process.pid]
    chain = [p.pid for p in process.parents()]
    part = next((heads[pid] for pid in chain if pid in heads), "supervisor")
    words = " ".join(process.cmdline()) or process.name()
    if "resource_tracker" in words:
        return f"{part}: resource tracker"
    if part == "gateway-base" and process.ppid() in heads:
        return WORKER
    part = "gateway" if part == "gateway-base" else part  # of a worker's
    kind = next((k for k in ("query", "redis", "postgres", "node") if k in words.split("--", 1)[0]), process.name())
    # Postgres has a process for each connection and duty: its first one stands for all.
    first = next((p for p in process.parents() if p.pid in heads), None)
    if kind == "postgres" and first is not None and process.ppid() != first.pid and "postgres:" in words:
        return f"{part}: postgres backend"
    return f"{part}: {'query engine' if kind == 'node' else kind}"
