"""The sampler in a process of its own: by CPU used, in whose code, and which thread."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.bench.sampler import injected, sample, thread_seconds

WORK = """
import hashlib
while True:
    for _ in range(200):
        hashlib.sha256(b"x" * 2000).hexdigest()
"""


def test_work_is_found_in_the_layer_that_does_it(tmp_path: Path) -> None:
    folder = tmp_path / "plugins" / "ledger"
    folder.mkdir(parents=True)
    (folder / "book.py").write_text(WORK)
    # The name of a gateway in its command line is what makes a process one that is watched.
    argv = [sys.executable, str(folder / "book.py"), "plugins.litellm_adapter.server"]
    process = subprocess.Popen(argv, env={**os.environ, **injected(tmp_path)})
    try:
        sample(tmp_path, process.pid, True)
        used = psutil.Process(process.pid)
        enough = used.cpu_times().user + 0.3
        while used.cpu_times().user < enough:
            time.sleep(0.05)
        layers = sample(tmp_path, process.pid, False)["layers"]
    finally:
        process.kill()
        process.wait(10)
    assert sum(layers.values()) > 0.1
    assert layers["ours: ledger"] > 0.9 * sum(layers.values())


def test_threads_are_told_by_name() -> None:
    assert thread_seconds()["MainThread"] > 0
