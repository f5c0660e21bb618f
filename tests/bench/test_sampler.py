"""The sampler in a process of its own: by CPU used, in whose code, and which thread."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.bench.sampler import injected, sample, thread_seconds

WORK = """
import hashlib
import os

if FORK and os.fork():
    os.wait()
print(os.getpid(), flush=True)
while True:
    for _ in range(200):
        hashlib.sha256(b"x" * 2000).hexdigest()
"""


@pytest.mark.parametrize("part", ["server", "prefork"])
def test_work_is_found_in_the_layer_that_does_it(tmp_path: Path, part: str) -> None:
    folder = tmp_path / "plugins" / "ledger"
    folder.mkdir(parents=True)
    (folder / "book.py").write_text(WORK.replace("FORK", str(part == "prefork")))
    # The name of a gateway in its command line is what makes a process one that is watched.
    argv = [sys.executable, str(folder / "book.py"), f"plugins.litellm_adapter.{part}"]
    parent = subprocess.Popen(argv, env={**os.environ, **injected(tmp_path)}, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    working = psutil.Process(int(parent.stdout.readline()))
    try:
        sample(tmp_path, working.pid, True)
        enough = working.cpu_times().user + 0.3
        while working.cpu_times().user < enough:
            time.sleep(0.05)
        layers = sample(tmp_path, working.pid, False)["layers"]
    finally:
        working.kill()
        parent.kill()
        parent.wait(10)
        parent.stdout.close()
    assert sum(layers.values()) > 0.1
    assert layers["ours: ledger"] > 0.9 * sum(layers.values())


def test_threads_are_told_by_name() -> None:
    assert thread_seconds()["MainThread"] > 0
