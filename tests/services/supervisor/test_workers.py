"""Which workers have the file as it is now."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import psutil

from services.supervisor.state import State
from services.supervisor.workers import Worker, forget, workers


def tell(state: State, pid: int, data: bytes) -> None:
    state.workers.mkdir(exist_ok=True)
    told = {"pid": pid, "rendered": hashlib.sha256(data).hexdigest()}
    (state.workers / f"{pid}.json").write_text(json.dumps(told))


def test_those_that_run_and_what_they_have(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.prepare()
    assert workers(state) == []
    state.rendered.write_bytes(b"now")
    tell(state, os.getpid(), b"now")
    tell(state, os.getppid(), b"before")
    tell(state, max(psutil.pids()) + 100_000, b"now")
    (state.workers / "odd.json").write_text("{")
    assert set(workers(state)) == {Worker(os.getpid(), True), Worker(os.getppid(), False)}
    forget(state)
    assert workers(state) == []
