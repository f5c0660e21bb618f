"""What is edited and what is found gets into the rendered file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from plugins.routing.config.load import load_config
from services.supervisor.finder import Finder
from services.supervisor.model_list import Sidecars
from services.supervisor.policy_file import PolicyFile
from services.supervisor.screen import Screen
from services.supervisor.state import State
from services.supervisor.watch import reporter, watch

FOUND = {
    "model_name": "late",
    "litellm_params": {"model": "ollama_chat/late"},
    "model_info": {"found": "ollama", "location": "local"},
}


async def test_an_edit_does_not_wait_for_a_slow_look(tmp_path: Path) -> None:
    file, state = tmp_path / "x.yaml", State(tmp_path / "state")
    file.write_text("gateway: {}\n")
    state.prepare()
    policy = PolicyFile(load_config(file), state, lambda _: Sidecars(), lambda _: None)
    policy.write([])
    answers = asyncio.Event()

    async def look() -> list[dict[str, Any]]:
        await answers.wait()
        return [FOUND]

    stop = asyncio.Event()
    watching = asyncio.create_task(watch(policy, Finder(look, lambda _: None), lambda _: None, stop))
    file.write_text("gateway: {headers: basic}\n")
    await _until(lambda: yaml.safe_load(state.rendered.read_text())["gateway"] == {"headers": "basic"})
    answers.set()
    await _until(lambda: "late" in state.rendered.read_text())
    stop.set()
    await watching


def test_what_is_said_of_edits_is_logged_without_secrets(tmp_path: Path) -> None:
    state, shown = State(tmp_path), StringIO()
    state.prepare()
    reporter(Screen(Console(file=shown)), state, ["secret-enough"])("x.yaml:3: wrong secret-enough")
    assert "x.yaml:3" in shown.getvalue()
    assert (state.log / "config.log").read_text().endswith(" x.yaml:3: wrong ***\n")


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("waited in vain")
