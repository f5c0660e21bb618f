"""While everything runs: what is edited and what is found becomes the rendered file.

Knows: how often is looked, what is said where. Does not know: processes, the files' contents. Looking for deployments
asks servers that may be slow, so it has a task of its own and an edit does not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from typing import Any

import yaml

from services.supervisor.finder import Finder
from services.supervisor.log_file import LogFile
from services.supervisor.policy_file import PolicyFile
from services.supervisor.screen import Screen
from services.supervisor.state import State

POLL_S = 0.2


async def watch(
    policy: PolicyFile,
    finder: Finder,
    say: Callable[[str], None],
    stop: asyncio.Event,
    beside: Iterable[Coroutine[Any, Any, None]] = (),
) -> None:
    """Renders again whenever the user's file or what is found changes, until told to stop. ``beside``: runs as long."""
    found = asyncio.Event()

    async def find() -> None:
        while True:
            if await finder.look():
                found.set()
            await asyncio.sleep(policy.config.spec.discovery.interval_s)

    running = [asyncio.create_task(one) for one in (find(), *beside)]
    try:
        while not stop.is_set():
            changed = await policy.reload() or found.is_set()
            found.clear()
            if changed:
                _render(policy, finder, say)
            try:
                await asyncio.wait_for(stop.wait(), POLL_S)
            except TimeoutError:
                continue
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def reporter(screen: Screen, state: State, secrets: Iterable[str]) -> Callable[[str], None]:
    """Says on the screen what happens to an edit, and keeps it in ``STATE/log/config.log``."""
    log = LogFile(state.log / "config.log", secrets=secrets)

    def say(text: str) -> None:
        log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {text}")
        screen.warn(text)

    return say


def _render(policy: PolicyFile, finder: Finder, say: Callable[[str], None]) -> None:
    try:
        policy.write(finder.found)
    except (OSError, yaml.YAMLError) as error:
        say(f"the new configuration cannot be written ({error}); the one before holds")
