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


class Finder:
    """``found`` holds what the last look that succeeded saw. A look that fails keeps it, and is said once."""

    def __init__(self, look: Look, say: Callable[[str], None], found: list[dict[str, Any]] | None = None) -> None:
        self._look = look
        self._say = say
        self._last_error = ""
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
        if now == self.found:
            return False
        self._tell(now)
        self.found = now
        return True

    def _tell(self, now: list[dict[str, Any]]) -> None:
        before, after = _by_name(self.found), _by_name(now)
        new = [_described(name, after[name]) for name in after if name not in before]
        gone = [name for name in before if name not in after]
        changed = [name for name in after if name in before and after[name] != before[name]]
        for word, names in (("found", new), ("gone", gone), ("changed", changed)):
            if names:
                self._say(f"{word}: {', '.join(names)}")


def _by_name(entries: list[dict[str, Any]]) -> dict[str, Entry]:
    return {str(entry.get("model_name")): entry for entry in entries}


def _described(name: str, entry: Entry) -> str:
    info = entry.get("model_info") or {}
    words = [str(info[key]) for key in ("found", "location", "tier") if info.get(key)]
    return f"{name} ({', '.join(words)})" if words else name
