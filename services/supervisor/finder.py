"""Looks again and again for deployments that nobody declared.

Knows: when to look, what appeared and what is gone. Does not know: how Ollama, vLLM, gguf files and cloud keys are
found (``services.discovery``), the rendered file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Entry = Mapping[str, Any]
Look = Callable[[], Awaitable[list[dict[str, Any]]]]


SERVERS = ("ollama", "vllm")
"""What is found by asking somebody who may be too busy to answer in time."""


class Finder:
    """``found`` holds what the last look that succeeded saw. A look that fails keeps it, and is said once. What a
    server had that is silent once stays until the next look: it may only have been busy."""

    def __init__(self, look: Look, say: Callable[[str], None], found: list[dict[str, Any]] | None = None) -> None:
        self._look = look
        self._say = say
        self._last_error = ""
        self._silent: frozenset[str] = frozenset()
        self.found: list[dict[str, Any]] = found or []

    async def look(self, bound_s: float | None = None) -> bool:
        """Looks once, at most ``bound_s`` seconds; whether anything is different now."""
        try:
            async with asyncio.timeout(bound_s):
                now = await self._look()
        except TimeoutError:
            return False
        except Exception as error:  # noqa: BLE001 - an edge: what others run must not end the supervisor
            text = f"looking for deployments failed ({type(error).__name__}: {error}); those found before stay"
            if text != self._last_error:
                self._say(text)
            self._last_error = text
            return False
        self._last_error = ""
        now = self._with_silent(now)
        if now == self.found:
            return False
        self._tell(now)
        self.found = now
        return True

    def _with_silent(self, now: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """``now`` and the deployments of servers that are silent for the first time, in the order of before."""
        answered = {_server(entry) for entry in now}
        silent = frozenset(_server(e) for e in self.found if _info(e).get("found") in SERVERS) - answered
        patience, self._silent = silent - self._silent, silent
        kept = [entry for entry in self.found if _server(entry) in patience]
        order = {_key(entry): place for place, entry in enumerate(self.found)}
        return sorted([*now, *kept], key=lambda e: order.get(_key(e), len(order))) if kept else now

    def _tell(self, now: list[dict[str, Any]]) -> None:
        before, after = _by_name(self.found), _by_name(now)
        new = [_described(name, after[name]) for name in after if name not in before]
        gone = [name for name in before if name not in after]
        changed = [name for name in after if name in before and after[name] != before[name]]
        for word, names in (("found", new), ("gone", gone), ("changed", changed)):
            if names:
                self._say(f"{word}: {', '.join(names)}")


def _info(entry: Entry) -> Mapping[str, Any]:
    return entry.get("model_info") or {}


def _server(entry: Entry) -> str:
    return str((entry.get("litellm_params") or {}).get("api_base"))


def _key(entry: Entry) -> tuple[str, str]:
    return str(_info(entry).get("id")), str(entry.get("model_name"))


def _by_name(entries: list[dict[str, Any]]) -> dict[str, Entry]:
    return {str(entry.get("model_name")): entry for entry in entries}


def _described(name: str, entry: Entry) -> str:
    info = _info(entry)
    words = [str(info[key]) for key in ("found", "location", "tier") if info.get(key)]
    return f"{name} ({', '.join(words)})" if words else name
