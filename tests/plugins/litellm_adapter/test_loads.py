"""What servers say about themselves counts in the routing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from plugins.litellm_adapter.loads import OLD_S, Loads, busy
from tests.plugins.litellm_adapter import facts


@pytest.mark.parametrize(
    ("told", "load"),
    [
        ({"running": 4, "waiting": 4}, 1.0),
        ({"running": 2, "waiting": None}, 0.25),
        ({"running": 1, "kv": 0.97}, 1.0),
        ({"running": 1, "kv": 0.5}, 0.125),
        ({}, 0.0),
    ],
)
def test_the_load_of_a_server(told: dict[str, Any], load: float) -> None:
    assert busy(told, 8) == load


def test_figures_are_taken_over_and_forgotten_when_they_are_old(tmp_path: Path) -> None:
    state, gateway, now = facts.state_of(tmp_path), facts.gateway(), [1000.0]
    loads = Loads(lambda: gateway, state, lambda: now[0])
    loads.look()

    def write(told: Any, number: int) -> None:
        path = state / "run" / "load.json"
        path.write_text(json.dumps({"at": now[0], "loads": told}))
        os.utime(path, ns=(1, number))
        loads.look()

    write({"dep-small": {"running": 8, "waiting": 8, "loaded": False}, "dep-big": {"loaded": True}}, 1)
    live = gateway.live.snapshot()
    assert (live["dep-small"].load, live["dep-small"].loaded) == (2.0, False)
    assert (live["dep-big"].load, live["dep-big"].loaded) == (0.0, True)
    write({"dep-big": {"loaded": True}}, 2)
    assert gateway.live.snapshot()["dep-small"].load == 0.0
    write({"dep-big": {"running": 80}}, 3)
    now[0] += OLD_S + 1
    loads.look()
    assert gateway.live.snapshot()["dep-big"].load == 0.0
    (state / "run" / "load.json").write_text("{")
    loads.look()


def test_without_a_state_directory() -> None:
    Loads(facts.gateway, None).look()
