"""What servers say of their queues, as Prometheus reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plugins.litellm_adapter.load_figures import load_figures
from plugins.litellm_adapter.loads import OLD_S
from plugins.litellm_adapter.metrics import MAX_DEPLOYMENTS
from tests.plugins.litellm_adapter.test_metrics import samples

NOW = 1000.0


def told(state: Path, loads: Any, at: float = NOW) -> bytes:
    (state / "run").mkdir(exist_ok=True)
    (state / "run" / "load.json").write_text(json.dumps({"at": at, "loads": loads}))
    return load_figures(state, lambda: NOW)


def test_what_runs_and_waits_by_deployment(tmp_path: Path) -> None:
    loads = {"vllm-1": {"running": 4, "waiting": 9, "kv": 0.5}, "ollama-1": {"running": None, "waiting": None}}
    assert samples(told(tmp_path, loads)) == {
        ("signalbox_server_running", (("deployment", "vllm-1"),)): 4.0,
        ("signalbox_server_waiting", (("deployment", "vllm-1"),)): 9.0,
    }


def test_only_so_many_are_told_apart(tmp_path: Path) -> None:
    loads = {f"d{i}": {"running": 1, "waiting": i} for i in range(3 * MAX_DEPLOYMENTS)}
    assert len(samples(told(tmp_path, loads))) == 2 * MAX_DEPLOYMENTS


@pytest.mark.parametrize("loads", [[1], {"d": 3}, {"d": {"waiting": "many"}}])
def test_nonsense_tells_nothing(tmp_path: Path, loads: Any) -> None:
    assert samples(told(tmp_path, loads)) == {}


def test_what_is_old_or_not_there_tells_nothing(tmp_path: Path) -> None:
    assert load_figures(tmp_path) == b""
    assert told(tmp_path, {"d": {"waiting": 1}}, at=NOW - OLD_S) == b""
